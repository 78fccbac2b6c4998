import type { ReactNode } from 'react'
import type { Inputs, Outputs } from '../api.ts'
import { noteViews } from '../notes/note-views.tsx'
import { webViews } from './web-views.ts'

/** The path of a procedure, as `shop.order`. */
type ToolName = {
  [Router in keyof Inputs]: `${Router}.${keyof Inputs[Router] & string}`
}[keyof Inputs]

type At<Paths, Name> = Name extends `${infer Router}.${infer Procedure}`
  ? Router extends keyof Paths
    ? Procedure extends keyof Paths[Router]
      ? Paths[Router][Procedure]
      : never
    : never
  : never

/** How the calls of a tool are shown. Methods, not properties, so that one of any tool is an `AnyToolView`. */
interface ToolView<Input, Output> {
  /** What a call does, as a request: `Order “Milk”`. It is what a person reads before allowing the call. */
  title(input: Input): string
  /**
   * What a person reads below the title before allowing the call. What it leaves out is executed unseen. Default: each
   * field of the input.
   */
  Request?(this: void, props: { input: Input }): ReactNode
  /** What is shown of an opened call that is done. Default: input and output as JSON. */
  Details?(this: void, props: { input: Input; output: Output }): ReactNode
}

export type AnyToolView = ToolView<unknown, unknown>

type ToolViews = { readonly [Name in ToolName]?: ToolView<At<Inputs, Name>, At<Outputs, Name>> }

/**
 * The tools whose calls have a view of their own; other calls are shown by their name and JSON. `input` is what Claude
 * wrote, so it may not fit the procedure's schema: when a view throws, the call is shown as if it had none.
 *
 *     'shop.order': { title: ({ what }) => `Order “${what}”`, Request: Order, Details: Ordered },
 */
export const toolViews: ToolViews = {
  ...noteViews,
}

export function toolViewOf(name: string): AnyToolView | undefined {
  const views: Readonly<Record<string, AnyToolView | undefined>> = { ...toolViews, ...webViews }
  return Object.hasOwn(views, name) ? views[name] : undefined
}
