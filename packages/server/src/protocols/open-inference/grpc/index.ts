export { type GrpcServer, type GrpcServerOptions, startGrpcServer } from './grpc-server.ts'
