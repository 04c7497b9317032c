/** Stands in for thread-stream and on-exit-leak-free in the device file: pino writes to a function here, never through a worker. */
export default class NoWorkerLogs {
  constructor() {
    throw new Error('log transports in worker threads are not part of the device file');
  }
}
