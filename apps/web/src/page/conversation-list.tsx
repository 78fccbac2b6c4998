import { useState } from 'react'
import { shownTitle } from '../chat/title.ts'
import { withoutDirectives } from '../chat/without-directives.ts'
import { Button } from '../ui/button.tsx'
import { editKeys } from '../ui/edit-keys.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Link } from '../ui/link.tsx'
import { type Listed, useConversationList } from './use-conversation-list.ts'

/** The conversations by day, with a search. */
export function ConversationList(props: {
  current: string
  /** Ids of the conversations with an answer in progress. */
  writing: ReadonlySet<string>
  onOpen: () => void
  onDelete: (id: string, title: string) => void
}) {
  const { current, writing, onOpen, onDelete } = props
  const [words, setWords] = useState('')
  const { days, isSearch, more } = useConversationList(words)

  return (
    <nav
      aria-label="Conversations"
      className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] gap-2"
    >
      <input
        type="search"
        aria-label="Search conversations"
        placeholder="Search"
        maxLength={200}
        data-testid="search"
        className="min-h-9 rounded-lg border border-line bg-raised px-2.5 text-[0.9375rem] outline-0 focus:border-accent"
        value={words}
        onChange={({ target }) => setWords(target.value)}
        // Otherwise Esc would stop the answer.
        onKeyDown={editKeys({ onEnter: () => {}, onEscape: () => setWords('') })}
      />
      {days?.length === 0 ? (
        <p className="px-2.5 text-sm text-quiet" role="status">
          {isSearch ? 'Nothing found.' : 'Your chats will be listed here.'}
        </p>
      ) : (
        <div className="scroll-thin -mr-2 overflow-y-auto pr-2 pb-2" data-testid="conversations">
          {days?.map(({ day, conversations }) => (
            <section key={day}>
              <h3 className="px-2.5 pt-2 pb-1 text-xs font-medium text-quiet">{day}</h3>
              <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
                {conversations.map((conversation) => (
                  <Row
                    key={conversation.conversationId}
                    conversation={conversation}
                    isCurrent={conversation.conversationId === current}
                    isWriting={writing.has(conversation.conversationId)}
                    onOpen={onOpen}
                    onDelete={onDelete}
                  />
                ))}
              </ul>
            </section>
          ))}
          {more && (
            <Button className="mt-2 w-full" data-testid="more-conversations" onClick={more}>
              Show more
            </Button>
          )}
        </div>
      )}
    </nav>
  )
}

function Row(props: {
  conversation: Listed
  isCurrent: boolean
  isWriting: boolean
  onOpen: () => void
  onDelete: (id: string, title: string) => void
}) {
  const { conversation, isCurrent, isWriting, onOpen, onDelete } = props
  const { conversationId: id } = conversation
  const title = shownTitle(conversation.title)
  const excerpt = withoutDirectives(conversation.excerpt ?? '').trim()

  return (
    <li
      className={`group relative flex items-center rounded-lg ${isCurrent ? 'bg-accent-soft' : 'hover:bg-sunk'}`}
    >
      <Link
        href={`/chat/${id}`}
        className="flex min-w-0 flex-1 items-center gap-2 rounded-lg px-2.5 py-1.5 text-start text-[0.9375rem]"
        aria-current={isCurrent ? 'page' : undefined}
        onClick={onOpen}
      >
        <span className="min-w-0">
          <span className="block truncate">{title}</span>
          {excerpt !== '' && excerpt !== title && (
            <span className="block truncate text-xs text-quiet">{excerpt}</span>
          )}
        </span>
        {isWriting && (
          <span className="ml-auto size-2 flex-none rounded-full bg-accent">
            <span className="sr-only">is being written</span>
          </span>
        )}
      </Link>
      <IconButton
        icon="trash"
        label={`Delete “${title}”`}
        className="absolute right-0.5 bg-raised opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:static pointer-coarse:bg-transparent pointer-coarse:opacity-100"
        onClick={() => onDelete(id, title)}
      />
    </li>
  )
}
