export { addLoggedFileRoutes, type LoggedFileDeps } from './routes.ts'
