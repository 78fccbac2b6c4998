import { createHash } from 'node:crypto'
import { findModel, type Model } from '@sluice/claude'
import { accountsOf } from '../auth/signed-in.ts'
import { procedure, router } from '../trpc.ts'

export const modelsRouter = router({
  /** The allowed models with limits and prices, what else a question may be, and whether answers are simulated. */
  list: procedure.query(({ ctx }) => ({
    /** Stays the same for an owner, and says nothing about the owner: for what a browser keeps. */
    owner: createHash('sha256').update(ctx.owner).digest('hex').slice(0, 16),
    simulator: ctx.simulator,
    simulatorChosen: ctx.simulatorChosen,
    defaultModel: ctx.defaultModel,
    maxPromptChars: ctx.maxPromptChars,
    maxImageBytes: ctx.files.maxImageBytes,
    maxFilesBytes: ctx.files.maxBytes,
    accounts: accountsOf(ctx),
    /** The first is the default. */
    onDisconnect: ctx.allowedOnDisconnect,
    models: ctx.allowedModels.map(describeModel),
  })),
})

/** Limits and prices are missing where they are not known. */
function describeModel(id: string): Pick<Model, 'id' | 'name'> & Partial<Model> {
  return { name: id, ...findModel(id), id }
}
