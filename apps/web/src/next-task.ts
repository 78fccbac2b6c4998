/**
 * What is imported after this runs in a task of its own: in one with React, a slow phone would have nothing else
 * to do for a tenth of a second.
 */
await new Promise((resolve) => {
  setTimeout(resolve)
})
