import { z } from 'zod'

/**
 * As `z.array(item).min(1)`, but it stops at the first item that is wrong. Zod goes through them all and keeps an
 * issue for each, which takes seconds for a list that a stranger made as long as a body may be.
 */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(z.custom<z.input<T>>())
    .min(1)
    .transform((values, context): z.output<T>[] => {
      const items: z.output<T>[] = []
      for (const [index, value] of values.entries()) {
        const parsed = item.safeParse(value)
        if (!parsed.success) {
          for (const issue of parsed.error.issues)
            context.addIssue({ code: 'custom', message: issue.message, path: [index, ...issue.path] })
          return z.NEVER
        }
        items.push(parsed.data)
      }
      return items
    })
}
