import shared from '../../vitest.config.ts'

export default {
  test: {
    ...shared.test,
    // These take minutes: show each file as it passes.
    reporters: ['default'],
    // The tests mostly wait for streams, so two files at a time are faster even on two cores.
    maxWorkers: 2,
    // Browsers are opened, and heaps measured, per file.
    isolate: true,
  },
}
