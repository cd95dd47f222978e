import { serveJobs } from '../../src/runtime/job-server.ts';
import { testJobs } from './compute-jobs.ts';

serveJobs(testJobs);
