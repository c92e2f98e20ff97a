import { sentimentChinese } from './sentiment-chinese';
import { conversationsChinese } from './conversations-chinese';
import { modelsChinese } from './models-chinese';
import { recommendationsChinese } from './recommendations-chinese';
import { updatesChinese } from './updates-chinese';
import type { Texts } from './texts';

/** What every screen says, in Chinese. */
export const chinese: Texts = {
  app: {
    name: 'Attune',
    skip: '跳到正文',
    navigation: '页面',
    conversations: '对话',
    sentiment: '舆情',
    recommendations: '推荐',
    models: '模型',
    language: '语言',
    theme: '外观',
    themes: { system: '跟随系统', light: '浅色', dark: '深色' },
    keys: 'API 密钥',
    notFound: '没有这个页面。',
    services: {
      'customer-service': '客服服务',
      'sentiment-monitor': '舆情监测服务',
      recommender: '推荐服务',
      trainer: '训练服务',
    },
  },
  explanation: {
    weights: '关键的词',
    legend: '颜色越深，影响越大。带下划线的词支持“{{label}}”，其他的反对它。',
    for: '支持{{label}}',
    against: '反对{{label}}',
    word: '词',
    influence: '影响',
    nearest: {
      title_one: '模型保留的 {{count}} 条训练样本中最相近的',
      title_other: '模型保留的 {{count}} 条训练样本中最相近的',
      none: '这个版本没有保留训练样本，因此无法列出相近的样本。',
      text: '文本',
      entity: '关于',
      label: '标签',
      cosine: '余弦',
    },
  },
  state: {
    loading: '正在加载',
    retry: '重试',
    offline: '浏览器已离线，显示的内容可能不是最新的。',
    unreachable: '{{service}}没有响应，它在运行吗？',
    needsKey: '{{service}}需要 API 密钥。',
    enterKey: '输入密钥',
    failed: '操作没有成功。',
    close: '关闭',
    cancel: '取消',
    save: '保存',
    delete: '删除',
    edit: '编辑',
    more: '显示更多',
    search: '搜索',
    saved: '已保存',
    yes: '是',
    no: '否',
    none: '无',
    broken: '这个页面出错了。',
    live: '实时',
    reconnecting: '正在重新连接',
    sending: '正在发送',
    sent: '已发送，服务正在读取',
  },
  conversations: conversationsChinese,
  sentiment: sentimentChinese,
  models: modelsChinese,
  updates: updatesChinese,
  keys: {
    title: 'API 密钥',
    explanation: '这些密钥会发给需要它们的服务。密钥只保存在本页面的内存中，刷新后即消失。',
    all: '所有服务的密钥',
    own: '{{service}}使用另一个密钥',
    use: '使用这些密钥',
  },
  recommendations: recommendationsChinese,
};
