import { findModel, type Model } from '@sluice/claude'
import { procedure, router } from '../trpc.ts'

export const modelsRouter = router({
  /** What can be asked, at what price, within which limits, and whether the answers are simulated. */
  list: procedure.query(
    ({
      ctx: { simulator, simulatorChosen, defaultModel, allowedModels, maxPromptChars, maxMessages, runs },
    }) => ({
      simulator,
      simulatorChosen,
      defaultModel,
      maxPromptChars,
      maxMessages,
      /** For `chat.start`: see {@link startRun}. */
      epoch: runs.epoch,
      models: allowedModels.map(describeModel),
    }),
  ),
})

/** Without limits and prices where they are not known. */
function describeModel(id: string): Pick<Model, 'id' | 'name'> & Partial<Model> {
  return { name: id, ...findModel(id), id }
}
