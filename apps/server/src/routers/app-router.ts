import { router } from '../trpc.ts'
import { chatRouter } from './chat.ts'
import { modelsRouter } from './models.ts'
import { runsRouter } from './runs.ts'

/** A feature router says what to ask Claude; `runs` is how anything streams. */
export const appRouter = router({ chat: chatRouter, runs: runsRouter, models: modelsRouter })
export type AppRouter = typeof appRouter
