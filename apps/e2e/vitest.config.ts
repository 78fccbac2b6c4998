import shared from '../../vitest.config.ts'

export default {
  test: {
    ...shared.test,
    // These take minutes: show each file as it passes.
    reporters: ['default'],
    // Browsers and heaps are measured and closed per file.
    isolate: true,
  },
}
