import { type Finding, noteFinding } from '../interop-findings.ts';
import { againstOracle } from './three-brokers.ts';

/** Puts what a judge found of our brokers into docs/interop.md. */
export async function note(finding: Finding): Promise<void> {
  if (!againstOracle) await noteFinding(finding);
}
