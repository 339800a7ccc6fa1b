export type { BlobInfo, BlobRange, BlobStore, ListedBlob } from './blob-store.ts'
export { folderBlobStore } from './folder-blob-store.ts'
export { hashBytes, hashFile } from './hash-file.ts'
export { sweepOld } from './sweep-old.ts'
