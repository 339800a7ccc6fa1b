/** How a part of the bar is drawn: of the series colours, or hatched for what answers nobody. */
export type ShareTone = 'champion' | 'challenger' | 'second' | 'third' | 'shadow' | 'rest'
