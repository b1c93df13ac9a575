"""Traditional script to simplified script, one character for one character, so that offsets stay.

Mirrors of official sites serve disclosures of the mainland in traditional characters. The mapping is OpenCC's; it is
loaded only where a text is seen to be traditional. Some mirrors also add how characters are pronounced, in brackets
behind them (``費(fèi)``): :func:`find_glosses` tells where.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["find_glosses", "is_traditional", "to_simplified", "without_glosses"]

# Characters that simplified script does not use, of the words that disclosures and their forms are made of.
_TELLING = (
    "丟並佔來倉個們偵備傳債傷傾僅僑價儀億儉償優儲兌兒內兩冊凱別刪則創劃劑動務勞勢勵匯區協厲參員問啓啟喪單噸嚴國圍園圓"
    "圖團執堅報場塊墾壇壓壩壯壽夠夥妝婦學實寧審寫寬將專尋對導屆層屬峯島峽崗嶺嶽帥師帳帶幣幫幹庫廠廢廣廳張強彌後徑從復"
    "徵徹恆態慮慶憑應懲戰戲戶掃掛採揚換揮損搶撈撐撥撫擁擇擔據擠擬擴擾攜攝攤敗數斷於時晉暢暫曉書會東條棄棟業極榮構樁樓"
    "標樣樹橋機橫檔檢櫃欄權歐歲歷歸殘殯氣氫決沒況涼淨減測準溝溫溼滿漁漢漲潔潛澤澱濟瀏灣災為無煉煙熱燈營爭爲牀牽狀獄獎"
    "獨獲獸獻現環產産畝畢異當疊療發盞盡監盤眾矯確碼礎礦稅種稱積穩競筆節範築篩簡籌籠籤粵糧糾紀約紅納紓紙級紛紡細紹終組"
    "結絡給統經綜綠維網緊線緝編緩緯練縣縮縱總績織繕繞繡繪繳繼續罰羣義習聞聯聲職聽肅脫腦臍臨臺與興舉舊艙莊華萬葉蓋薦藍"
    "藝藥蘇蘋蘭處號虧蟲衆術衛裏補裝裡見規視覽觀觸訂計訊討訓記訪設許訴診評詞詢試話該詳認語誠誤說課調談請論諮謀講證識譯"
    "議護讀變讓讚豐貝負財貢貧貨貫責貯貴買貸費貼貿賀賃資賓賠賦質賬購賽贈贏贛趕趨跡蹤躍車軌軍軟較載輔輕輛輪輸輻轄轉辦農"
    "這連進遊運過達遙遠適遲遷選遺遼還邊郵鄉醫釋釐針鈴鈾鉤銀銜銷鋪鋼錄錢錯鍵鍾鎮鏈鐵鑑長門閉開閒間閱關陝陣陳陽隊階際隨"
    "險雙雛雜離難雲電靜鞏響頁頂頃項順須預領頭頻顆題額顛類顧顯風飛飲養餘館饋馬駐駕駛騙騰驅驗體魚鮮鳥鷹鹽麗麥黃點黨齡龍"
)
_SEEN = re.compile(f"[{_TELLING}]")
_TONED = "āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹ"
_TONED_GLOSS = re.compile(f"[一-鿿][(（][a-z]{{0,4}}[{_TONED}][a-z]{{0,3}}[)）]")
_GLOSS = re.compile(f"(?<=[一-鿿])[(（][a-zü{_TONED}]{{1,6}}[)）]")
_FEWEST_GLOSSES = 2
_SHORT = 400
_SAMPLE = 1000
# In simplified script too: 乾 in place names (乾县, 乾安县), 著 in 著作.
_KEPT = frozenset("乾著")


def is_traditional(text: str) -> bool:
    """Tell whether a text is in traditional script: of a long one, by its beginning and its middle."""
    if len(text) <= _SHORT:
        return _SEEN.search(text) is not None
    middle = len(text) // 2
    sample = text[:_SAMPLE] if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[middle : middle + _SAMPLE]
    return len(_SEEN.findall(sample)) * 40 > len(sample)


@cache
def _table() -> dict[int, str]:
    """Return the simplified form of each traditional character that has one (a few hundredths of a second, once)."""
    from opencc import OpenCC

    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    # each on its own line: no phrase of the library's dictionaries then spans two of them
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {
        ord(old): new
        for old, new in zip(characters, simplified, strict=True)
        if old != new and len(new) == 1 and old not in _KEPT
    }


def to_simplified(text: str) -> str:
    """Return `text` in simplified script, same length."""
    return text.translate(_table())


def find_glosses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the pronunciations that stand in brackets behind characters, brackets included.

    None where the text holds less than two with a tone: Latin letters in brackets are as a rule something else.
    """
    if not any(mark in text for mark in _TONED):  # one search for each mark is faster than one for all
        return []
    toned = _TONED_GLOSS.finditer(text)
    if sum(1 for _ in zip(toned, range(_FEWEST_GLOSSES), strict=False)) < _FEWEST_GLOSSES:
        return []
    return [match.span() for match in _GLOSS.finditer(text)]


def without_glosses(text: str) -> str:
    """Return a text without the pronunciations in it."""
    glosses = find_glosses(text)
    if not glosses:
        return text
    ends = [0, *(end for _, end in glosses)]
    starts = [*(start for start, _ in glosses), len(text)]
    return "".join([text[end:start] for end, start in zip(ends, starts, strict=True)])
