import { router } from '../trpc.ts'
import { chatRouter } from './chat.ts'
import { labRouter } from './lab.ts'
import { modelsRouter } from './models.ts'
import { runsRouter } from './runs.ts'

/** A feature router says what to ask Claude; `runs` is how anything streams. */
export const appRouter = router({ chat: chatRouter, runs: runsRouter, models: modelsRouter })
export type AppRouter = typeof appRouter

/** The same and the lab, for development. */
export const labAppRouter = router({
  chat: chatRouter,
  runs: runsRouter,
  models: modelsRouter,
  lab: labRouter,
})
export type LabAppRouter = typeof labAppRouter
