"""What a site puts around an article: menus, the path to the page, buttons, counters, the site's own lines.

Words in class names and identifiers are hints only: an element that holds a table of data, a file to download or much
text of its own stays, whatever it is called.
"""

from __future__ import annotations

import re

from lxml import etree

from fiscal_analysis.document import fold

__all__ = ["BLOCKS", "SKIPPED", "is_furniture", "is_hidden", "is_widget", "without_buttons"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements that begin and end a line.
BLOCKS = _words(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre section summary"
    " table tbody td tfoot th thead title tr ul"
)
# Elements without text of the article.
SKIPPED = _words(
    "applet audio button canvas datalist embed footer frame frameset iframe input map math nav noframes noscript object"
    " script select style svg template textarea video"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TOKEN = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_FURNITURE = _words(
    "accessibility banner bdshare breadcrumb breadcrumbs copyright crumb crumbs dqwz ewm fontsize foot footer"
    " friendlink header location login logo mbx menu nav navbar navigation pager pagination print qrcode related search"
    " share sharebox sidebar sitemap toolbar tools topbar weizhi wza"
)
_ARTICLE = _words("area article body content contents detail doc editor info main text title zoom zw zhengwen")
_GROUPS = _words("aside dd div dl header li ol p section span table td ul")
_LONGEST = 600  # characters; furniture is shorter, unless it is links
_FEW = 3  # links of a menu at least
_LINKED = 0.7  # part of a menu's characters that are links
_WIDGET = re.compile(
    r"[【\[(]? ?字[体号] ?:? ?[\[【(]?(?:[特超]?大|[中小]|默认|正常|[AaＡ+\- |]){1,6}.{0,12}"
    r"|[【\[(]?(?:打印(?:本页|此页|文章|页面)?|关闭(?:窗口|本页|页面)?|返回(?:顶部|首页|上一页|列表)?|收藏(?:本页)?|分享(?:到|至)?"
    r"|下载文档|语音播报|无障碍(?:浏览|阅读)?|扫一扫.{0,16}|微信扫.{0,16}|网站地图|网站首页|首页|联系我们|关于我们|设为首页)[】\])]?:?"
    r"|(?:[【\[(]?(?:打印|关闭|收藏|分享|大|中|小|字体|字号)[】\])]?[ |]*){2,}"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数|人数) ?:? ?[0-9]* ?次?"
    r"|(?:您|你)?(?:现在|当前|目前)?(?:所在|的)?(?:的)?(?:当前)?位置(?:是)? ?:.{0,120}"
    r"|(?:首页|网站首页) ?[>»›/].{0,120}"
    r"|(?:上一[篇条]|下一[篇条]|相关(?:文章|链接|新闻|阅读|信息)|责任编辑) ?:?.{0,60}"
    r"|.{0,30}(?:版权所有|ICP备|公网安备|网站标识码|技术支持 ?:|主办单位 ?:|承办单位 ?:).{0,80}"
)
_BUTTONS = re.compile(
    r"[【\[(（] ?字[体号] ?[:：]? ?[^】\])）]{0,20}[】\])）]|[【\[](?:打印|关闭|收藏|分享)[^】\]]{0,6}[】\]]"
)


def is_hidden(element: etree._Element) -> bool:
    """Tell whether an element is not shown."""
    style = element.get("style")
    return (style is not None and _HIDDEN.search(style) is not None) or element.get("hidden") is not None


def is_furniture(element: etree._Element, characters: int, linked: int, links: int) -> bool:
    """Tell whether an element without tables and files is a part of the site: mostly links, or called so and short.

    Parameters
    ----------
    element : lxml element
        The element.
    characters, linked, links : int
        Its characters, those of them in links, and its links.
    """
    tag = element.tag
    if tag not in _GROUPS:
        return False
    if links >= _FEW and linked >= _LINKED * characters:
        return True
    if characters > _LONGEST:
        return False
    if tag in ("header", "aside"):
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if named == " ":
        return False
    tokens = {token.lower() for token in _TOKEN.findall(named)}
    return not tokens.isdisjoint(_FURNITURE) and tokens.isdisjoint(_ARTICLE)


def is_widget(line: str) -> bool:
    """Tell whether a whole line is a button, a counter or a line of the site's own."""
    return len(line) <= 160 and _WIDGET.fullmatch(fold(line)) is not None


def without_buttons(line: str) -> str:
    """Return a line without the buttons that stand among its words (【字体：大 中 小】)."""
    return _BUTTONS.sub("", line).strip() if "【" in line or "[" in line or "（" in line or "(" in line else line
