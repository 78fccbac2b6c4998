// With the library that knows the keys of a menu, keeps the focus in a dialog, and tells screen readers of both.
export { ConversationMenu } from './page/conversation-menu.tsx'
export { DeleteDialog } from './page/delete-dialog.tsx'
export { Dialog } from './ui/dialog.tsx'
