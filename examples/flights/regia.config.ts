import { defineConfig } from 'regia'

export default defineConfig({ name: 'flights', demo: './demo/story.ts' })
