export { ChannelService } from './channel-service.ts'
export { addChannelRoutes } from './routes.ts'
