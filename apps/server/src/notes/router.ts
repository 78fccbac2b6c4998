import { randomUUID } from 'node:crypto'
import {
  addNote,
  type ListedNote,
  listNotes,
  readNote,
  removeNote,
  searchNotes,
  type StoredNote,
  updateNote,
} from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { cutPage } from '../paging.ts'
import { startRun } from '../start-run.ts'
import { procedure, router } from '../trpc.ts'
import {
  AddSchema,
  DraftedSchema,
  DraftSchema,
  ListSchema,
  NoteIdSchema,
  SearchSchema,
  UpdateSchema,
} from './schemas.ts'

/** How many notes an owner may have. */
const MAX_NOTES = 1000

/**
 * An example of a feature that the page and Claude share: the notes of an owner, the one that was changed last first. With
 * `meta.tool` a procedure can be one of Claude's tools. Times are in ISO 8601.
 */
export const notesRouter = router({
  list: procedure
    .meta({ tool: { description: 'Lists the user’s notes by title, with the beginning of each text.' } })
    .input(ListSchema.prefault({}))
    .query(({ ctx: { database, owner }, input: { cursor: after, limit } }) =>
      database.query(async (db) => pageOf(await listNotes(db, owner, { after, limit: limit + 1 }), limit)),
    ),

  search: procedure
    .meta({ tool: { description: 'Searches the user’s notes, in titles and texts.' } })
    .input(SearchSchema)
    .query(({ ctx: { database, owner }, input: { words, cursor: after, limit } }) =>
      database.query(async (db) =>
        pageOf(await searchNotes(db, owner, { words, after, limit: limit + 1 }), limit),
      ),
    ),

  get: procedure
    .meta({ tool: { description: 'Reads one of the user’s notes, with its whole text.' } })
    .input(NoteIdSchema)
    .query(({ ctx: { database, owner }, input: { id } }) =>
      database.query(async (db) => noteOf(await readNote(db, owner, id))),
    ),

  /** Once per id, and so at most once per call of Claude's. */
  add: procedure
    .meta({ tool: { description: 'Adds a note to the user’s notes.' } })
    .input(AddSchema)
    .mutation(async ({ ctx: { database, owner, toolCall }, input }) => {
      const id = toolCall?.callId ?? input.id ?? randomUUID()
      const stored = await database.query((db) => addNote(db, { ...input, id, owner }, MAX_NOTES))
      if (stored === 'full') {
        const message = `There are ${MAX_NOTES} notes already, and no more can be added. Delete some first.`
        throw new TRPCError({ code: 'CONFLICT', message })
      }
      return noteOf(stored === 'taken' ? undefined : stored)
    }),

  update: procedure
    .meta({ tool: { description: 'Changes a note. Read it first: a new text replaces the whole text.' } })
    .input(UpdateSchema)
    .mutation(({ ctx: { database, owner }, input }) =>
      database.query(async (db) => noteOf(await updateNote(db, owner, input))),
    ),

  /** Returns the note: to add it again under its id undoes that. */
  remove: procedure
    .meta({ tool: { description: 'Deletes one of the user’s notes.' } })
    .input(NoteIdSchema)
    .mutation(({ ctx: { database, owner }, input: { id } }) =>
      database.query(async (db) => noteOf(await removeNote(db, owner, id))),
    ),

  /** Starts a run that makes notes of a text. They are its output; none is stored. */
  draft: procedure.input(DraftSchema).mutation(({ ctx, input: { runId, text } }) =>
    startRun(ctx, {
      runId,
      request: {
        model: ctx.defaultModel,
        maxTokens: Math.min(16_000, ctx.maxOutputTokens),
        effort: 'low',
        output: DraftedSchema,
        system: 'Make notes of the text that the user pastes, in its language: one for each thought or task.',
        messages: [{ role: 'user', content: `<text>\n${text}\n</text>` }],
      },
    }),
  ),
})

function pageOf(found: readonly ListedNote[], limit: number) {
  const { page, nextCursor } = cutPage(found, limit)
  return { notes: page.map(summaryOf), nextCursor }
}

function summaryOf({ id, title, excerpt, updatedAt }: ListedNote) {
  return { id, title, excerpt, updatedAt: updatedAt.toISOString() }
}

/** @throws {TRPCError} `NOT_FOUND`. */
function noteOf(note: StoredNote | undefined) {
  if (!note) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such note.' })
  return { ...note, createdAt: note.createdAt.toISOString(), updatedAt: note.updatedAt.toISOString() }
}
