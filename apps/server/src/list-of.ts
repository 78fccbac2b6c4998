import { z } from 'zod'

/**
 * As `z.array(item, expected).min(1)`, but it stops at the first wrong item. Zod checks all of them and keeps an issue
 * for each, which takes seconds for a list as long as a request body may be.
 */
export function listOf<T extends z.ZodType>(item: T, expected: string) {
  return z
    .array(z.custom<z.input<T>>(), expected)
    .min(1)
    .transform((values, context): z.output<T>[] => {
      const items: z.output<T>[] = []
      for (const [index, value] of values.entries()) {
        const parsed = item.safeParse(value)
        if (!parsed.success) {
          addIssues(context, parsed.error, [index])
          return z.NEVER
        }
        items.push(parsed.data)
      }
      return items
    })
}

/** Reports the issues of a schema that was run inside a transform, at `path`. */
export function addIssues(
  context: z.RefinementCtx,
  { issues }: z.ZodError,
  path: readonly PropertyKey[] = [],
): void {
  for (const issue of issues)
    context.addIssue({ code: 'custom', message: issue.message, path: [...path, ...issue.path] })
}
