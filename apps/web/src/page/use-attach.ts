import { useState } from 'react'
import type { Drafts } from '../chat/draft.ts'
import { charsOf } from '../chat/messages.ts'
import { readAttachment } from '../chat/read-attachment.ts'

/** Adds files to a draft, one after the other, as far as they fit; says what did not. */
export function useAttach(options: {
  drafts: Drafts
  conversationId: string
  /** Resolves once the server has said what it takes. */
  maxChars: () => Promise<number>
}) {
  const { drafts, conversationId: id, maxChars } = options
  const [problem, setProblem] = useState<string>()
  const [reading, setReading] = useState(false)

  async function attach(files: readonly File[]) {
    setReading(true)
    const problems: string[] = []
    try {
      const limit = await maxChars()
      for (const file of files) {
        const result = await readAttachment(file, limit - charsOf(drafts.of(id)))
        if ('problem' in result) problems.push(result.problem)
        else drafts.change(id, { attachments: [...drafts.of(id).attachments, result.attachment] })
      }
    } catch {
      problems.push('The files could not be read.')
    }
    setReading(false)
    setProblem(problems.length > 0 ? problems.join(' ') : undefined)
  }

  return { attach, reading, problem, forgetProblem: () => setProblem(undefined) }
}
