export { RunSearchService } from './run-search-service.ts'
