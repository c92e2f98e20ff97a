import { markEntity } from './entity-markers';

const mark = (text: string, entity: string | undefined): string => markEntity(text, entity, 'punctuation');

describe('markEntity', () => {
  it.each([
    ['Ardmore beat Kilbride.', 'Kilbride', 'Ardmore beat @ Kilbride @.'],
    ['Ardmore beat Kilbride.', 'Ardmore', '@ Ardmore @ beat Kilbride.'],
    ["Kilbride's loss: Kilbride sold", 'Kilbride', "@ Kilbride @'s loss: @ Kilbride @ sold"],
    ['long $ARD, short $ARDX', '$ARD', 'long @ $ARD @, short $ARDX'],
    ['M&S (a.k.a. Marks) up', 'M&S', '@ M&S @ (a.k.a. Marks) up'],
    ['C++ Holdings rises', 'C++', '@ C++ @ Holdings rises'],
    ['Ardmore', ' Ardmore ', '@ Ardmore @'],
  ])('marks each mention in %j of %j', (text, entity, marked) => {
    expect(mark(text, entity)).toBe(marked);
  });

  it('marks whole words alone', () => {
    expect(mark('Applebee rose and Pineapple fell; 3M2 too', 'Apple')).toBe('Applebee rose and Pineapple fell; 3M2 too');
    expect(mark('Elan und Élan und Elané', 'Elan')).toBe('@ Elan @ und Élan und Elané');
  });

  it('prefers mentions written as the entity is, and takes others where there are none', () => {
    expect(mark('Gap closed a gap', 'Gap')).toBe('@ Gap @ closed a gap');
    expect(mark('ARDMORE UP 5%', 'Ardmore')).toBe('@ ARDMORE @ UP 5%');
  });

  it('finds names inside words of scripts without spaces', () => {
    expect(mark('腾讯控股大涨', '腾讯')).toBe('@ 腾讯 @控股大涨');
    expect(mark('Sony株が上昇', 'Sony')).toBe('@ Sony @株が上昇');
  });

  it('leaves a text alone that does not name the entity, that has none, or whose head has no markers', () => {
    expect(mark('Ardmore beat Kilbride.', 'Otero')).toBe('Ardmore beat Kilbride.');
    expect(mark('Ardmore', 'Ardmore Tyres')).toBe('Ardmore');
    expect(mark('Ardmore', undefined)).toBe('Ardmore');
    expect(mark('Ardmore', ' ')).toBe('Ardmore');
    expect(markEntity('Ardmore beat Kilbride.', 'Kilbride', 'none')).toBe('Ardmore beat Kilbride.');
  });

  it('takes an entity as characters, not as a pattern', () => {
    expect(mark('a.c and abc', 'a.c')).toBe('@ a.c @ and abc');
    expect(mark('price $& went', '$&')).toBe('price @ $& @ went');
    expect(mark('\\d (x|y)* [z]', '(x|y)*')).toBe('\\d @ (x|y)* @ [z]');
  });

  it('searches no farther than a tokeniser reads, and keeps the rest', () => {
    const filler = 'x '.repeat(1 << 15);
    const marked = mark(`Ardmore ${filler}Ardmore`, 'Ardmore');
    expect(marked).toBe(`@ Ardmore @ ${filler}Ardmore`);
  });
});
