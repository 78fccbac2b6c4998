/** Whether some text in there is selected, which must neither move under the pointer nor be replaced. */
export function selects(inside: Element): boolean {
  const selection = document.getSelection()
  return selection !== null && !selection.isCollapsed && selection.containsNode(inside, true)
}
