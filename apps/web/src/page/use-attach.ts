import { useRef, useState } from 'react'
import { newId } from '@sluice/client'
import type { Drafts } from '../chat/draft.ts'
import { FileError } from '../chat/file-error.ts'
import { type FileRoom, prepareFile } from '../chat/prepare-file.ts'
import { uploadFile } from '../chat/upload-file.ts'

/** A file that is on its way to the server. */
export interface Upload {
  readonly id: string
  /** The draft it is for. Another one once the new chat has become a conversation. */
  readonly draftId: () => string
  readonly file: File
  /** From 0 to 1. */
  readonly progress: number
  /** It failed, and may be tried again. */
  readonly failed: boolean
  readonly cancel: AbortController
}

/** Uploads files one after the other, as far as a question has room for them, and adds them to the draft they are for. */
export function useAttach(options: {
  drafts: Drafts
  draftId: string
  /** What `draftId` is by now, also when another chat is shown. */
  currentDraftId: () => string
  /** Resolves once the server has said what it takes. */
  loadLimits: () => Promise<{ maxImageBytes: number; maxFilesBytes: number }>
}) {
  const { drafts, draftId, currentDraftId, loadLimits } = options
  const [uploads, setUploads] = useState<readonly Upload[]>([])
  const [problem, setProblem] = useState<string>()
  /** Ends with the last upload: only what is in the draft by then counts for the room of the next. */
  const queue = useRef(Promise.resolve())

  const change = (id: string, changed: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...changed } : one)))
  const remove = (id: string) => setUploads((all) => all.filter((one) => one.id !== id))
  const report = (message: string) =>
    setProblem((before) => (before === undefined ? message : `${before} ${message}`))

  async function roomOf(id: string): Promise<FileRoom> {
    const { maxImageBytes, maxFilesBytes } = await loadLimits()
    const used = drafts.of(id).attachments.reduce((sum, { size }) => sum + size, 0)
    return { maxImageBytes, room: maxFilesBytes - used }
  }

  async function upload({ id, draftId: target, file, cancel }: Upload) {
    const { signal } = cancel
    if (signal.aborted) return
    try {
      const { name, bytes } = await prepareFile(file, await roomOf(target()))
      const onProgress = (progress: number) => change(id, { progress })
      const attachment = await uploadFile(bytes, { name, signal, onProgress })
      remove(id)
      const draft = target()
      drafts.change(draft, { attachments: [...drafts.of(draft).attachments, attachment] })
    } catch (error) {
      if (signal.aborted) return
      const failure =
        error instanceof FileError ? error : new FileError(`${file.name || 'The file'} could not be read.`)
      report(failure.message)
      if (failure.retryable) change(id, { failed: true, progress: 0 })
      else remove(id)
    }
  }

  function enqueue(one: Upload) {
    queue.current = queue.current.then(() => upload(one))
  }

  function attach(files: readonly File[]) {
    const begun = files.map((file): Upload => ({
      id: newId(),
      draftId: currentDraftId,
      file,
      progress: 0,
      failed: false,
      cancel: new AbortController(),
    }))
    setProblem(undefined)
    setUploads((all) => [...all, ...begun])
    for (const one of begun) enqueue(one)
  }

  return {
    /** Those of this draft. */
    uploads: uploads.filter((one) => one.draftId() === draftId),
    problem,
    attach,
    cancel: ({ id, cancel }: Upload) => {
      remove(id)
      cancel.abort()
    },
    retry: (failed: Upload) => {
      setProblem(undefined)
      change(failed.id, { failed: false })
      enqueue(failed)
    },
    forgetProblem: () => setProblem(undefined),
  }
}
