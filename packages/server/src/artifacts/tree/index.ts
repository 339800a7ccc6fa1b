export { assertArtifactFolder, assertArtifactPath, runOfPath } from './artifact-path.ts'
export { type ArtifactTreeOptions, createArtifactTree } from './artifact-tree.ts'
