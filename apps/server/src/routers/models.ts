import { MODELS } from '@sluice/claude'
import { procedure, router } from '../trpc.ts'

export const modelsRouter = router({
  /** What can be asked, at what price, within which limits, and whether the answers are simulated. */
  list: procedure.query(
    ({ ctx: { simulator, simulatorChosen, defaultModel, maxPromptChars, maxMessages, runs } }) => ({
      simulator,
      simulatorChosen,
      defaultModel,
      maxPromptChars,
      maxMessages,
      /** For `chat.start`: see {@link startRun}. */
      epoch: runs.epoch,
      models: MODELS,
    }),
  ),
})
