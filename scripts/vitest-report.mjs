// A reporter for vitest that writes what `npm test` counts, as JSON, to the file that ODRADEK_TEST_REPORT names. Beside
// the failed tests it names what vitest's own JSON leaves out: hooks that failed, after which tests are only skipped,
// and errors that no test waited for.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './toolchain.mjs';

export default class VitestReport {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: 0, skipped: 0, failures: [] };
    const fail = (what, errors) => {
      report.failed += 1;
      report.failures.push(`${what}: ${errors.map(reasonOf).join('; ')}`);
    };
    for (const module of modules) {
      const file = relative(root, module.moduleId);
      // A hook's error lies at the module or at the `describe` that holds the hook, and so does an error while loading.
      for (const holder of [module, ...module.children.allSuites()]) {
        const where = holder === module ? file : `${file} › ${holder.fullName}`;
        if (holder.errors().length > 0) fail(`${where} (a hook, or the file itself)`, holder.errors());
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'failed') fail(`${file} › ${test.fullName}`, errors);
        else if (state === 'pending')
          fail(`${file} › ${test.fullName}`, [new Error('did not come to its end')]);
        else report[state] += 1;
      }
    }
    for (const error of unhandledErrors) fail('an error that no test waited for', [error]);
    writeFileSync(process.env.ODRADEK_TEST_REPORT, JSON.stringify(report));
  }
}

function reasonOf(error) {
  const causes = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = cause.cause)
    causes.push(`${cause.name ?? 'Error'}: ${cause.message ?? cause}`);
  return causes.join(', because of ');
}
