import { Worker } from 'node:worker_threads';
import { readDigests, type ReadJob, type ReadOutcome } from './read-digests.js';

/**
 * The worker's program is text, not a file: under vitest the sources are TypeScript, which a worker on Node 20 cannot
 * load, and in the bundle a module may end up in any chunk, so that no relative URL holds for both. The text is the
 * compiled source of `readDigests`, which is written for that.
 */
const PROGRAM = `'use strict';
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const system = { fs: require('node:fs'), createHash };
const readDigests = ${readDigests.toString()};
let scratch = new Uint8Array(0);
parentPort.on('message', (job) => {
  if (scratch.length !== job.chunkBytes) scratch = new Uint8Array(job.chunkBytes);
  const outcome = readDigests(system, job, scratch);
  parentPort.postMessage(outcome, outcome.kind === 'read' ? [outcome.head.buffer, outcome.tail.buffer] : []);
});`;

interface Task {
  readonly job: ReadJob;
  resolve(outcome: ReadOutcome): void;
}

interface Seat {
  readonly worker: Worker;
  task: Task | undefined;
}

/** Runs `readDigests` in a few threads. */
export interface WorkerPool {
  /** Never rejects; a thread that dies ends its job as `failed`. Set `job.stop` to end it early. */
  run(job: ReadJob): Promise<ReadOutcome>;
  /** Ends the threads; what they were doing ends as `failed`. */
  close(): Promise<void>;
}

/**
 * Threads start when there is work that no idle one can take, at most `size`, and never keep the process alive on their
 * own.
 * Cost of starting one: about 20 ms, in parallel.
 */
export function createWorkerPool(size: number): WorkerPool {
  const seats = new Set<Seat>();
  const queue: Task[] = [];

  function start(): Seat {
    // No options of the parent: a test runner's loaders and `--input-type` are not for this program.
    const seat: Seat = { worker: new Worker(PROGRAM, { eval: true, execArgv: [] }), task: undefined };
    seat.worker.unref();
    seat.worker.on('message', (outcome: ReadOutcome) => finish(seat, outcome));
    const leave = (code: string): void => {
      seats.delete(seat);
      finish(seat, { kind: 'failed', code });
    };
    seat.worker.on('error', (error) => leave(error.message));
    seat.worker.on('exit', () => leave('the thread that read it ended'));
    seats.add(seat);
    return seat;
  }

  function finish(seat: Seat, outcome: ReadOutcome): void {
    const task = seat.task;
    seat.task = undefined;
    seat.worker.unref();
    // The thread gets its next file before anybody looks at this one.
    dispatch();
    task?.resolve(outcome);
  }

  function dispatch(): void {
    while (queue.length > 0) {
      const idle = [...seats].find(({ task }) => task === undefined);
      if (idle === undefined && seats.size >= size) return;
      const seat = idle ?? start();
      const task = queue.shift()!;
      seat.task = task;
      seat.worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      seat.worker.postMessage(task.job);
    }
  }

  return {
    run: (job) =>
      new Promise((resolve) => {
        queue.push({ job, resolve });
        dispatch();
      }),
    async close() {
      for (const { resolve } of queue.splice(0)) resolve({ kind: 'failed', code: 'the reading was ended' });
      await Promise.all([...seats].map(({ worker }) => worker.terminate()));
    },
  };
}
