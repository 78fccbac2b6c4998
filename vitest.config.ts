/** How the tests of every package run: `vitest run --config ../../vitest.config.ts`. */
export default {
  test: {
    // Prints failures and what the failing tests logged, and for the rest a summary.
    reporters: ['minimal'],
    silent: 'passed-only',
    // For tests over real sockets on a busy machine. Tests wait for events, so a passing test takes no longer for it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // They mostly wait for streams and databases, so two files at a time are faster even on two cores.
    maxWorkers: 2,
    // One module graph for the files of a worker: half of the server's test time was loading modules anew.
    isolate: false,
  },
}
