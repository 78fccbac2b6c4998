import type { Library, LibraryState } from '../chat/library.ts'
import { Button } from '../ui/button.tsx'
import { download } from './download.ts'

/** What a person should know about what is kept, and what is not. */
export function Notices({ library, state }: { library: Library; state: LibraryState }) {
  const { setAside, newer, unsaved, deletedElsewhere } = state

  function save() {
    download('sluice-set-aside.json', JSON.stringify(library.readSetAside(), null, 2), 'application/json')
  }

  return (
    <div className="grid gap-2 empty:hidden" data-testid="notices">
      {setAside > 0 && (
        <Notice
          actions={
            <>
              <Button onClick={save}>Download</Button>
              <Button data-testid="drop-set-aside" onClick={library.dropSetAside}>
                Discard
              </Button>
            </>
          }
        >
          {setAside === 1 ? 'A stored conversation' : `${setAside} stored conversations`} could not be read,
          and
          {setAside === 1 ? ' was' : ' were'} set aside. The others are not affected.
        </Notice>
      )}
      {newer > 0 && (
        <Notice>
          {newer === 1 ? 'A stored conversation is' : `${newer} stored conversations are`} from a newer
          version of this page, and left as {newer === 1 ? 'it is' : 'they are'}. Reload to get that version.
        </Notice>
      )}
      {unsaved && (
        <Notice>
          The browser has no room to keep this conversation, or does not allow it: it lasts until this tab is
          closed. Deleting others makes room.
        </Notice>
      )}
      {deletedElsewhere && <Notice>The conversation that was open here was deleted in another tab.</Notice>}
    </div>
  )
}

function Notice({ children, actions }: { children: React.ReactNode; actions?: React.ReactNode }) {
  return (
    <div
      role="status"
      data-testid="notice"
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg bg-warn-soft px-3.5 py-2 text-[0.9375rem] text-warn"
    >
      <p className="min-w-48 flex-1">{children}</p>
      {actions && <div className="flex gap-2">{actions}</div>}
    </div>
  )
}
