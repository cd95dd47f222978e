import { computeJobs } from './node/compute-jobs.ts';
import { serveJobs } from './runtime/job-server.ts';

// The program of a worker thread: in the source, and as a bundle of its own beside those that start it.
serveJobs(computeJobs);
