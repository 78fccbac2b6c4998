/**
 * In a build, what is imported after this runs in a task of its own. In one with what comes before it, a slow phone
 * would have nothing else to do for a tenth of a second. That imports wait for each other is the bundler's doing and
 * not the language's: https://rolldown.rs/in-depth/tla-in-rolldown
 */
await new Promise((resolve) => {
  setTimeout(resolve)
})
