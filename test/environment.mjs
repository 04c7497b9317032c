/**
 * Node's environment of jest, for test files that run one after the other in one process. jest-circus 30 keeps the name of the
 * running test in an AsyncLocalStorage of its own for each file and never ends it; on Node 20 every promise is told to each of
 * them, so that the fiftieth file takes half as long again as it should.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

const inUse = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...args) {
  inUse.add(this);
  return run.apply(this, args);
};

export default class extends TestEnvironment {
  async teardown() {
    for (const storage of inUse) storage.disable();
    inUse.clear();
    await super.teardown();
  }
}
