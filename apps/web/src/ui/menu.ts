/** How menus look. */
export const MENU =
  'grid min-w-52 rounded-card border border-line bg-raised p-1 text-ink shadow-lg outline-none'
export const MENU_ITEM =
  'flex cursor-pointer items-center justify-between gap-3 rounded-lg px-3 py-1.5 text-[0.9375rem] select-none data-disabled:cursor-default data-disabled:text-quiet not-data-disabled:data-highlighted:bg-sunk'
export const MENU_LINE = 'mx-2 my-1 h-px bg-line'

/**
 * For `onPointerDown` and `onMouseDown` of a menu's button, so that its click opens the menu at once. Base UI opens it in
 * the frame after the press: until then, which is long on a busy machine, Esc would not be the menu's, and would stop
 * the answer.
 */
export function leaveToClick(event: { preventBaseUIHandler: () => void }) {
  event.preventBaseUIHandler()
}
