/** Few words, so that things meet. */
export const METRICS = ['loss', 'acc', 'train/loss', 'a b', 'f1-score', 'métrique'] as const
export const NAN_METRIC = 'nan'
export const PARAMS = ['depth', 'trees', 'learning rate', 'a.b', 'x'] as const
export const TAGS = ['a', 'b', 'team.name', 'x'] as const
export const TEXTS = ['alpha', 'Alpha', 'beta', 'b', '3', '', 'x1y', 'A1', '100%', 'ü'] as const
export const EXPERIMENTS = ['one', 'two', 'three', 'ünï', 'a/b', 'with space'] as const
export const MODELS = ['forest', 'Forest', 'net', 'two words'] as const
export const BAD_KEYS = ['', 'a//b', '../x', '/a', 'a/', './a', 'a\\b', 'k'.repeat(251), 'semi;colon', 'q?'] as const
