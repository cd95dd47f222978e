// Child processes that end with this one: SIGINT, SIGTERM and SIGHUP are handed on, and so is the end of the parent
// (npm killed outright tells nobody). Plain JavaScript for Node 20, because it runs before Node 24 is there.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './toolchain.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The exit code that shells give to a process ended by a signal. */
export const exitCodeOf = (code, signal) => (signal === null ? code : 128 + constants.signals[signal]);

/**
 * Runs a step of the set-up with its output on standard error and resolves with its exit code. The step and all it
 * starts form a process group of their own, so that a signal ends the whole tree.
 */
export function runStep(command, args, options = {}) {
  return run(command, args, {
    spawn: { cwd: root, stdio: ['ignore', 2, 2], detached: true, ...options },
    pass: (child, signal) => process.kill(-child.pid, signal),
  });
}

/** Runs a program that holds the terminal, and hands it each signal that comes here. */
export function runForeground(command, args, options = {}) {
  return run(command, args, {
    spawn: { stdio: 'inherit', ...options },
    pass: (child, signal) => child.kill(signal),
  });
}

function run(command, args, how) {
  return new Promise((resolve) => {
    const child = spawn(command, args, how.spawn);
    const forward = (signal) => {
      interrupted ??= signal;
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        how.pass(child, signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) forward('SIGTERM');
    }, 250);
    const finish = (code) => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(exitCodeOf(code, signal)));
  });
}

let interrupted = null;

/** The signal that came while a child ran, or null. */
export const interruptedBy = () => interrupted;
