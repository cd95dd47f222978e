import * as z from 'zod';

// zod compiles schemas with `new Function`, which the CSP forbids and the browser reports as an error.
z.config({ jitless: true });
