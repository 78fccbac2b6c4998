import shared from '../../vitest.config.ts'

export default {
  test: {
    ...shared.test,
    globalSetup: 'src/product/quick-database.ts',
    // These take minutes: show each file as it passes.
    reporters: ['default'],
    // They wait more than others.
    maxWorkers: 3,
    // Counting the objects in memory is experimental, and Node would say so.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Vitest's own limit is a second, which a busy machine may take for one frame.
    expect: { poll: { timeout: 30_000 } },
  },
}
