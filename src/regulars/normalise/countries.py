"""Countries by every name they commonly go by. Facts: ISO 3166-1 (249 codes), and XK for Kosovo, which has none.

Each line: alpha-2, alpha-3, the English name, then other English and the country's own names. Case, accents,
punctuation and a `the` in front do not count, so `U.S.A.` needs no name of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from regulars.normalise.name import fold


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a name or a code, None if it is neither."""
    codes = _codes()
    return codes.get(text) or codes.get(key(text).removeprefix("the"))


def key(text: str) -> str:
    """What counts of a name: its letters and digits, folded."""
    return "".join(filter(str.isalnum, fold(text)))


@cache
def _codes() -> Mapping[str, str]:
    """The code of every name, and of every code as it is usually written."""
    codes: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        alpha2, alpha3, names = line.split(maxsplit=2)
        for name in (alpha2, alpha3, *names.split(",")):
            codes[key(name)] = alpha2
        codes[alpha2] = alpha2
    return codes


_TABLE = """
AD AND Andorra, Principality of Andorra, Principat d'Andorra
AE ARE United Arab Emirates, UAE, Emirates, الإمارات, الإمارات العربية المتحدة
AF AFG Afghanistan, Afghanestan, افغانستان
AG ATG Antigua and Barbuda, Antigua & Barbuda, Antigua
AI AIA Anguilla
AL ALB Albania, Shqipëria, Shqipëri
AM ARM Armenia, Hayastan, Հայաստան
AO AGO Angola
AQ ATA Antarctica
AR ARG Argentina, Argentine Republic, República Argentina, Argentinien, Argentine
AS ASM American Samoa
AT AUT Austria, Österreich, Oesterreich, Republik Österreich, Autriche
AU AUS Australia, Commonwealth of Australia, Australien
AW ABW Aruba
AX ALA Åland Islands, Åland, Aland Islands
AZ AZE Azerbaijan, Azərbaycan, Azerbaycan
BA BIH Bosnia and Herzegovina, Bosnia & Herzegovina, Bosnia, Bosna i Hercegovina, Bosnia-Herzegovina
BB BRB Barbados
BD BGD Bangladesh, বাংলাদেশ
BE BEL Belgium, België, Belgique, Belgien, Kingdom of Belgium
BF BFA Burkina Faso
BG BGR Bulgaria, България, Balgariya
BH BHR Bahrain, البحرين
BI BDI Burundi
BJ BEN Benin, Bénin
BL BLM Saint Barthélemy, St Barthélemy, St Barts, Saint-Barthélemy
BM BMU Bermuda
BN BRN Brunei Darussalam, Brunei
BO BOL Bolivia, Plurinational State of Bolivia, Bolivia (Plurinational State of)
BQ BES Bonaire Sint Eustatius and Saba, Bonaire, Caribbean Netherlands
BR BRA Brazil, Brasil, República Federativa do Brasil, Brasilien, Brésil
BS BHS Bahamas
BT BTN Bhutan
BV BVT Bouvet Island
BW BWA Botswana
BY BLR Belarus, Беларусь, Белоруссия
BZ BLZ Belize
CA CAN Canada, Kanada
CC CCK Cocos (Keeling) Islands, Cocos Islands, Keeling Islands
CD COD Democratic Republic of the Congo, DR Congo, Congo (Democratic Republic of the), Congo-Kinshasa, DRC, Zaire
CF CAF Central African Republic, République centrafricaine
CG COG Congo, Republic of the Congo, Congo-Brazzaville
CH CHE Switzerland, Schweiz, Suisse, Svizzera, Svizra, Suiza, Swiss Confederation, Confoederatio Helvetica
CI CIV Côte d'Ivoire, Ivory Coast
CK COK Cook Islands
CL CHL Chile, República de Chile
CM CMR Cameroon, Cameroun
CN CHN China, People's Republic of China, PR China, PRC, Mainland China, 中国, 中國, 中华人民共和国, Zhongguo
CO COL Colombia, República de Colombia
CR CRI Costa Rica
CU CUB Cuba
CV CPV Cabo Verde, Cape Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus, Κύπρος, Kypros, Kıbrıs
CZ CZE Czechia, Czech Republic, Česko, Česká republika, Czech, Tschechien
DE DEU Germany, Deutschland, Bundesrepublik Deutschland, Federal Republic of Germany, BRD, Allemagne, Alemania
DJ DJI Djibouti
DK DNK Denmark, Danmark, Kingdom of Denmark, Dänemark
DM DMA Dominica
DO DOM Dominican Republic, República Dominicana
DZ DZA Algeria, Algérie, الجزائر
EC ECU Ecuador
EE EST Estonia, Eesti
EG EGY Egypt, مصر, Misr
EH ESH Western Sahara
ER ERI Eritrea
ES ESP Spain, España, Reino de España, Espanya, Spanien, Espagne
ET ETH Ethiopia, ኢትዮጵያ
FI FIN Finland, Suomi, Finnland
FJ FJI Fiji
FK FLK Falkland Islands, Falkland Islands (Malvinas), Islas Malvinas
FM FSM Micronesia, Federated States of Micronesia, Micronesia (Federated States of)
FO FRO Faroe Islands, Faeroe Islands, Føroyar
FR FRA France, République française, Frankreich, Francia, French Republic
GA GAB Gabon
GB GBR United Kingdom, UK, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, Cymru, United Kingdom of Great Britain and Northern Ireland
GD GRD Grenada
GE GEO Georgia, საქართველო, Sakartvelo
GF GUF French Guiana, Guyane, Guyane française
GG GGY Guernsey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Greenland, Kalaallit Nunaat, Grønland
GM GMB Gambia
GN GIN Guinea, Guinée
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea, Guinea Ecuatorial
GR GRC Greece, Ελλάδα, Ελλάς, Ellada, Hellas, Hellenic Republic, Griechenland, Grèce
GS SGS South Georgia and the South Sandwich Islands, South Georgia
GT GTM Guatemala
GU GUM Guam
GW GNB Guinea-Bissau
GY GUY Guyana
HK HKG Hong Kong, Hong Kong SAR, Hong Kong SAR China, 香港
HM HMD Heard Island and McDonald Islands
HN HND Honduras
HR HRV Croatia, Hrvatska, Kroatien
HT HTI Haiti, Haïti, Ayiti
HU HUN Hungary, Magyarország, Ungarn
ID IDN Indonesia, Republik Indonesia
IE IRL Ireland, Éire, Republic of Ireland, Irland, Irlande
IL ISR Israel, ישראל, إسرائيل
IM IMN Isle of Man
IN IND India, Bharat, भारत, Republic of India, Indien
IO IOT British Indian Ocean Territory
IQ IRQ Iraq, العراق
IR IRN Iran, Islamic Republic of Iran, Iran (Islamic Republic of), ایران
IS ISL Iceland, Ísland, Island
IT ITA Italy, Italia, Repubblica Italiana, Italien, Italie
JE JEY Jersey
JM JAM Jamaica
JO JOR Jordan, الأردن
JP JPN Japan, 日本, Nippon, Nihon, Japon
KE KEN Kenya
KG KGZ Kyrgyzstan, Кыргызстан
KH KHM Cambodia, Kampuchea, កម្ពុជា
KI KIR Kiribati
KM COM Comoros, Comores
KN KNA Saint Kitts and Nevis, St Kitts and Nevis, St Kitts & Nevis, Saint Kitts & Nevis
KP PRK North Korea, Democratic People's Republic of Korea, Korea (Democratic People's Republic of), DPRK
KR KOR South Korea, Korea, Republic of Korea, Korea (Republic of), 대한민국, 한국
KW KWT Kuwait, الكويت
KY CYM Cayman Islands
KZ KAZ Kazakhstan, Қазақстан, Казахстан
LA LAO Laos, Lao People's Democratic Republic, Lao PDR, ລາວ
LB LBN Lebanon, لبنان, Liban
LC LCA Saint Lucia, St Lucia
LI LIE Liechtenstein, Fürstentum Liechtenstein
LK LKA Sri Lanka, ශ්‍රී ලංකාව
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania, Lietuva, Litauen
LU LUX Luxembourg, Lëtzebuerg, Luxemburg, Grand Duchy of Luxembourg
LV LVA Latvia, Latvija, Lettland
LY LBY Libya, ليبيا
MA MAR Morocco, Maroc, المغرب
MC MCO Monaco
MD MDA Moldova, Republic of Moldova, Moldova (Republic of)
ME MNE Montenegro, Crna Gora, Црна Гора
MF MAF Saint Martin, Saint Martin (French part), St Martin, Saint-Martin
MG MDG Madagascar, Madagasikara
MH MHL Marshall Islands
MK MKD North Macedonia, Macedonia, Северна Македонија, Македонија, FYROM
ML MLI Mali
MM MMR Myanmar, Burma, Myanmar (Burma)
MN MNG Mongolia, Монгол Улс, Монгол
MO MAC Macao, Macau, Macao SAR, Macao SAR China, 澳門, 澳门
MP MNP Northern Mariana Islands
MQ MTQ Martinique
MR MRT Mauritania, موريتانيا
MS MSR Montserrat
MT MLT Malta
MU MUS Mauritius, Maurice
MV MDV Maldives
MW MWI Malawi
MX MEX Mexico, México, Estados Unidos Mexicanos, Mexiko, Mexique
MY MYS Malaysia
MZ MOZ Mozambique, Moçambique
NA NAM Namibia
NC NCL New Caledonia, Nouvelle-Calédonie
NE NER Niger
NF NFK Norfolk Island
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Netherlands, Holland, Nederland, Niederlande, Pays-Bas, Países Bajos, Kingdom of the Netherlands
NO NOR Norway, Norge, Noreg, Kingdom of Norway, Norwegen
NP NPL Nepal, नेपाल
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand, Aotearoa, Neuseeland
OM OMN Oman, عمان
PA PAN Panama, Panamá
PE PER Peru, Perú
PF PYF French Polynesia, Polynésie française
PG PNG Papua New Guinea
PH PHL Philippines, Pilipinas, Filipinas
PK PAK Pakistan, پاکستان
PL POL Poland, Polska, Rzeczpospolita Polska, Polen, Pologne
PM SPM Saint Pierre and Miquelon, St Pierre and Miquelon, Saint-Pierre-et-Miquelon
PN PCN Pitcairn, Pitcairn Islands
PR PRI Puerto Rico
PS PSE Palestine, State of Palestine, Palestinian Territories, Palestine (State of), فلسطين
PT PRT Portugal, República Portuguesa
PW PLW Palau
PY PRY Paraguay
QA QAT Qatar, قطر
RE REU Réunion, La Réunion
RO ROU Romania, România, Rumänien
RS SRB Serbia, Srbija, Србија
RU RUS Russian Federation, Russia, Россия, Российская Федерация, Rossiya, Russland
RW RWA Rwanda
SA SAU Saudi Arabia, KSA, Kingdom of Saudi Arabia, السعودية, المملكة العربية السعودية
SB SLB Solomon Islands
SC SYC Seychelles
SD SDN Sudan, السودان
SE SWE Sweden, Sverige, Kingdom of Sweden, Schweden
SG SGP Singapore, Singapura, 新加坡
SH SHN Saint Helena Ascension and Tristan da Cunha, Saint Helena, St Helena
SI SVN Slovenia, Slovenija, Slowenien
SJ SJM Svalbard and Jan Mayen, Svalbard
SK SVK Slovakia, Slovak Republic, Slovensko, Slovenská republika, Slowakei
SL SLE Sierra Leone
SM SMR San Marino
SN SEN Senegal, Sénégal
SO SOM Somalia, Soomaaliya
SR SUR Suriname
SS SSD South Sudan
ST STP Sao Tome and Principe, São Tomé and Príncipe, São Tomé e Príncipe
SV SLV El Salvador
SX SXM Sint Maarten, Sint Maarten (Dutch part), St Maarten
SY SYR Syria, Syrian Arab Republic, سوريا
SZ SWZ Eswatini, Swaziland
TC TCA Turks and Caicos Islands, Turks & Caicos, Turks and Caicos
TD TCD Chad, Tchad
TF ATF French Southern Territories, Terres australes françaises
TG TGO Togo
TH THA Thailand, ประเทศไทย, ไทย
TJ TJK Tajikistan, Тоҷикистон
TK TKL Tokelau
TL TLS Timor-Leste, East Timor
TM TKM Turkmenistan, Türkmenistan
TN TUN Tunisia, Tunisie, تونس
TO TON Tonga
TR TUR Türkiye, Turkey, Türkei, Turquie
TT TTO Trinidad and Tobago, Trinidad & Tobago, Trinidad
TV TUV Tuvalu
TW TWN Taiwan, Taiwan (Province of China), 台灣, 台湾, 臺灣
TZ TZA Tanzania, United Republic of Tanzania, Tanzania (United Republic of)
UA UKR Ukraine, Україна, Ukraina
UG UGA Uganda
UM UMI United States Minor Outlying Islands
US USA United States of America, United States, USA, America, Estados Unidos, Vereinigte Staaten, États-Unis, EEUU, EE UU
UY URY Uruguay
UZ UZB Uzbekistan, Oʻzbekiston, O'zbekiston
VA VAT Holy See, Vatican City, Vatican, Città del Vaticano, Vatican City State
VC VCT Saint Vincent and the Grenadines, St Vincent and the Grenadines, St Vincent & Grenadines
VE VEN Venezuela, Bolivarian Republic of Venezuela, Venezuela (Bolivarian Republic of)
VG VGB British Virgin Islands, Virgin Islands (British)
VI VIR U.S. Virgin Islands, US Virgin Islands, United States Virgin Islands, Virgin Islands (U.S.)
VN VNM Viet Nam, Vietnam, Việt Nam
VU VUT Vanuatu
WF WLF Wallis and Futuna, Wallis-et-Futuna
WS WSM Samoa
XK XKX Kosovo, Kosova, Косово
YE YEM Yemen, اليمن
YT MYT Mayotte
ZA ZAF South Africa, RSA, Suid-Afrika, Südafrika, Republic of South Africa
ZM ZMB Zambia
ZW ZWE Zimbabwe
"""  # noqa: E501 a country, a line
