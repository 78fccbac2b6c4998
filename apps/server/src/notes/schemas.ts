import { z } from 'zod'
import { PageSchema } from '../paging.ts'
import { toWellFormed } from '../well-formed.ts'

const MAX_TITLE_CHARS = 200
const MAX_TEXT_CHARS = 10_000
/** Of a search. Each takes the database a tenth of a second where there are many long notes. */
const MAX_WORDS = 10

const IdSchema = z.uuid()
const TitleSchema = z
  .string()
  .trim()
  .min(1, 'expected some text')
  .max(MAX_TITLE_CHARS)
  .transform(toWellFormed)
const TextSchema = z.string().max(MAX_TEXT_CHARS).transform(toWellFormed)

// The descriptions are for Claude, which reads them when a procedure is one of its tools.
export const ListSchema = PageSchema

export const SearchSchema = PageSchema.extend({
  words: z
    .string()
    .trim()
    .min(1, 'expected some text')
    .max(200)
    .refine((words) => words.split(/\s+/).length <= MAX_WORDS, `expected at most ${MAX_WORDS} words`)
    .transform(toWellFormed)
    .describe(
      `Up to ${MAX_WORDS} words, or parts of words, that title and text must have, all of them and in any order.`,
    ),
})

export const NoteIdSchema = z.strictObject({ id: IdSchema.describe('The note’s id.') })

export const AddSchema = z.strictObject({
  id: IdSchema.optional().describe(
    'Only for clients that may repeat the call, which adds one note per id. Leave it out.',
  ),
  title: TitleSchema.describe('The title, in one line.'),
  text: TextSchema.default('').describe('The text, without the title. Default: none.'),
})

export const UpdateSchema = NoteIdSchema.extend({
  title: TitleSchema.optional().describe('The new title. Default: it stays.'),
  text: TextSchema.optional().describe('The whole new text, which replaces the old one. Default: it stays.'),
}).refine(({ title, text }) => title !== undefined || text !== undefined, 'expected a title or a text')

export const DraftSchema = z.strictObject({
  runId: z.uuid(),
  /** What the notes are made of. */
  text: z.string().trim().min(1, 'expected some text').max(20_000),
})

/** What Claude writes. Each of them can be added as it is. */
export const DraftedSchema = z.object({
  notes: z
    .array(
      z.object({
        title: z.string().trim().min(1).max(MAX_TITLE_CHARS).describe('A title in a few words.'),
        text: z.string().max(MAX_TEXT_CHARS).describe('What the note says, without the title.'),
      }),
    )
    .describe('In the order of the text.'),
})
