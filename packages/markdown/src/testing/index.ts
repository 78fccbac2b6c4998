export { HOSTILE_PIECES } from './hostile-pieces.ts'
export { workGrowth } from './work-growth.ts'
