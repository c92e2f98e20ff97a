import { parseTemplate, renderTemplate } from './template';

describe('templates', () => {
  it('tell which values they need, and which they can do without', () => {
    expect(parseTemplate('Order {{orderNumber}}{{#status}} is {{status}}{{/status}}{{^status}} is not known{{/status}}.')).toEqual({
      names: ['orderNumber', 'status'],
      needed: ['orderNumber'],
      text: 'Order  is  is not known.',
    });
  });

  it('escape values, and run nothing', () => {
    const values = { name: `<script>alert("&'")</script>{{secret}}`, secret: 'x' };
    expect(renderTemplate('Hello {{name}}', values)).toBe('Hello &lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;{{secret}}');
    expect(renderTemplate('{{constructor}}{{toString}}{{__proto__}}|{{#constructor}}x{{/constructor}}', {})).toBe('|');
  });

  it('leave out sections without a value', () => {
    const template = '{{#status}}It is {{status}}.{{/status}}{{^status}}I cannot see where it is.{{/status}}';
    expect(renderTemplate(template, { status: 'on its way' })).toBe('It is on its way.');
    expect(renderTemplate(template, {})).toBe('I cannot see where it is.');
  });

  it.each(['{{{name}}}', '{{&name}}', '{{>file}}', '{{=<% %>=}}', '{{#open}}', '{{/close}}', '{{a.b}}', '{{ }}', '{{Name}}', '{{name'])(
    'refuse %s',
    (template) => {
      expect(() => parseTemplate(template)).toThrow(/template is not valid/);
    },
  );
});
