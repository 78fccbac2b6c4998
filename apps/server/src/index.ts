export { type AppRouter, type LabAppRouter } from './routers/app-router.ts'
