"""What visits are counted by: the numbers in `visit`, `fact` and `fact_delta`, and their names.

The numbers are stored in rows that outlive any version of this file: append, never renumber.
0 is unknown in every dimension; -1 stands in a fact whose measure does not have the dimension.

Age bands: under 1, 1–4 and 5–14 are the cuts of form 14 of Thông tư 23/2025/TT-BYT (under 5,
under 15); 40 is where screening for hypertension and diabetes begins; 60 is old age by Law
39/2009 on the elderly, in bands of ten years since most chronic care is there. Sexes are those of
GIOI_TINH (QĐ 3176/QĐ-BYT): male, female, undetermined. Chapters: https://icd.who.int/browse10.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from ehr.clock import HANOI
from ehr.fhir.dates import bounds

UNKNOWN = 0
NONE = -1
"""In a fact: this measure does not have the dimension."""


@dataclass(frozen=True, slots=True)
class Category:
    """One value of a dimension: its stable code and its Vietnamese and English names."""

    code: str
    vi: str
    en: str


Dimension = Mapping[int, Category]
"""Number → category, in the order of display."""

_UNKNOWN = Category("unknown", "Không rõ", "Unknown")


def _dimension(categories: dict[int, Category]) -> Dimension:
    return MappingProxyType(categories)


BANDS: Dimension = _dimension(
    {
        1: Category("0", "Dưới 1 tuổi", "Under 1"),
        2: Category("1-4", "1–4 tuổi", "1–4"),
        3: Category("5-14", "5–14 tuổi", "5–14"),
        4: Category("15-39", "15–39 tuổi", "15–39"),
        5: Category("40-59", "40–59 tuổi", "40–59"),
        6: Category("60-69", "60–69 tuổi", "60–69"),
        7: Category("70-79", "70–79 tuổi", "70–79"),
        8: Category("80+", "80 tuổi trở lên", "80 and over"),
        UNKNOWN: _UNKNOWN,
    }
)
_BAND_STARTS = (0, 1, 5, 15, 40, 60, 70, 80)
_OLDEST = 150
"""Years beyond which a birth date is a slip of the pen."""

MALE, FEMALE, UNDETERMINED = 1, 2, 3
SEXES: Dimension = _dimension(
    {
        MALE: Category("male", "Nam", "Male"),
        FEMALE: Category("female", "Nữ", "Female"),
        UNDETERMINED: Category("undetermined", "Chưa xác định", "Undetermined"),
    }
)

INSURED, UNINSURED = 1, 2
INSURANCE: Dimension = _dimension(
    {
        INSURED: Category("yes", "Có BHYT", "Insured"),
        UNINSURED: Category("no", "Không BHYT", "Not insured"),
        UNKNOWN: _UNKNOWN,
    }
)

# Code, first and last category of the chapter, its names.
_CHAPTERS = (
    ("I", "A00", "B99", "Bệnh nhiễm trùng và ký sinh trùng", "Infectious and parasitic diseases"),
    ("II", "C00", "D48", "U tân sinh", "Neoplasms"),
    ("III", "D50", "D89", "Bệnh máu, cơ quan tạo máu và rối loạn miễn dịch",
     "Diseases of the blood and immune mechanism"),
    ("IV", "E00", "E90", "Bệnh nội tiết, dinh dưỡng và chuyển hóa",
     "Endocrine, nutritional and metabolic diseases"),
    ("V", "F00", "F99", "Rối loạn tâm thần và hành vi", "Mental and behavioural disorders"),
    ("VI", "G00", "G99", "Bệnh hệ thần kinh", "Diseases of the nervous system"),
    ("VII", "H00", "H59", "Bệnh mắt và phần phụ", "Diseases of the eye and adnexa"),
    ("VIII", "H60", "H95", "Bệnh tai và xương chũm", "Diseases of the ear and mastoid process"),
    ("IX", "I00", "I99", "Bệnh hệ tuần hoàn", "Diseases of the circulatory system"),
    ("X", "J00", "J99", "Bệnh hệ hô hấp", "Diseases of the respiratory system"),
    ("XI", "K00", "K93", "Bệnh hệ tiêu hóa", "Diseases of the digestive system"),
    ("XII", "L00", "L99", "Bệnh da và mô dưới da", "Diseases of the skin"),
    ("XIII", "M00", "M99", "Bệnh hệ cơ xương khớp và mô liên kết",
     "Diseases of the musculoskeletal system"),
    ("XIV", "N00", "N99", "Bệnh hệ sinh dục, tiết niệu", "Diseases of the genitourinary system"),
    ("XV", "O00", "O99", "Thai nghén, sinh đẻ và hậu sản",
     "Pregnancy, childbirth and the puerperium"),
    ("XVI", "P00", "P96", "Một số bệnh xuất phát trong thời kỳ chu sinh",
     "Conditions originating in the perinatal period"),
    ("XVII", "Q00", "Q99", "Dị tật bẩm sinh và bất thường nhiễm sắc thể",
     "Congenital malformations"),
    ("XVIII", "R00", "R99", "Triệu chứng, dấu hiệu và bất thường chưa phân loại",
     "Symptoms and signs not elsewhere classified"),
    ("XIX", "S00", "T98", "Chấn thương, ngộ độc và hậu quả của nguyên nhân bên ngoài",
     "Injury, poisoning and other consequences of external causes"),
    ("XX", "V01", "Y98", "Nguyên nhân bên ngoài của bệnh tật và tử vong", "External causes"),
    ("XXI", "Z00", "Z99", "Yếu tố ảnh hưởng sức khỏe và tiếp xúc dịch vụ y tế",
     "Factors influencing health status and contact with health services"),
    ("XXII", "U00", "U99", "Mã dùng cho mục đích đặc biệt", "Codes for special purposes"),
)  # fmt: skip
CHAPTERS: Dimension = _dimension(
    {n: Category(code, vi, en) for n, (code, _, _, vi, en) in enumerate(_CHAPTERS, start=1)}
    | {UNKNOWN: _UNKNOWN}
)
_BY_START = sorted((first, last, n) for n, (_, first, last, _, _) in enumerate(_CHAPTERS, start=1))
_STARTS = [first for first, _, _ in _BY_START]
_ICD = re.compile(r"[A-Z]\d\d", re.ASCII)

_SEX_OF = {"male": MALE, "female": FEMALE}
_INSURANCE_OF = {True: INSURED, False: UNINSURED}


def chapter(icd: str | None) -> int:
    """The chapter of an ICD-10 code such as `I10` or `E11.9`; UNKNOWN without or outside one."""
    match = _ICD.match(icd or "")
    if match is None:
        return UNKNOWN
    category = match[0]
    at = bisect_right(_STARTS, category) - 1
    return _BY_START[at][2] if at >= 0 and category <= _BY_START[at][1] else UNKNOWN


def sex(gender: object) -> int:
    """The number of a Patient.gender."""
    return _SEX_OF.get(gender, UNDETERMINED) if isinstance(gender, str) else UNDETERMINED


def insurance(charged: object) -> int:
    """The number of "is health insurance charged with the visit"; UNKNOWN unless a bool."""
    return _INSURANCE_OF.get(charged, UNKNOWN) if isinstance(charged, bool) else UNKNOWN


def band(birth_date: object, day: date) -> int:
    """The age band on `day` of who was born on a FHIR date, its first day when it is partial."""
    born = _first_day(birth_date)
    if born is None or born > day:
        return UNKNOWN
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return bisect_right(_BAND_STARTS, years) if years <= _OLDEST else UNKNOWN


def _first_day(text: object) -> date | None:
    try:
        return day_of(bounds(text)[0]) if isinstance(text, str) else None
    except ValueError:
        return None


def day_of(instant: datetime) -> date:
    """The day in Hanoi; the last hours of the year 9999 have none, and stay on its last day."""
    try:
        return instant.astimezone(HANOI).date()
    except OverflowError:
        return instant.date()
