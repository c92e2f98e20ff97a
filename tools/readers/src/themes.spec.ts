import { join } from 'node:path';
import { readArticles } from './read-articles';
import { THEME_NAMES, themesOf } from './themes';

describe('themes', () => {
  it('are found by whole words, whatever their case, in ascending order', () => {
    const found = themesOf('The LETTER came by train; the oversea trainer did not.').map((theme) => THEME_NAMES[theme]);
    expect(found).toEqual(['rail and road', 'letters']);
    expect(themesOf('')).toEqual([]);
  });

  it('run across the categories of the example articles, and nearly every article has one', async () => {
    const articles = await readArticles(join(__dirname, '../../../apps/recommender/head/articles.csv'));
    const themes = articles.map(({ title, text }) => themesOf(`${title} ${text}`));
    for (const theme of THEME_NAMES.keys()) {
      const own = articles.filter((_, place) => themes[place].includes(theme));
      expect(own.length).toBeGreaterThanOrEqual(12);
      expect(own.length).toBeLessThanOrEqual(50);
      expect(new Set(own.map(({ category }) => category)).size).toBeGreaterThanOrEqual(6);
    }
    expect(themes.filter(({ length }) => length > 0).length).toBeGreaterThanOrEqual(185);
  });
});
