"""The words that invented customers are made of: frequent ones first, as in any real town. Nobody in particular."""

from __future__ import annotations

from typing import Final, NamedTuple


class Town(NamedTuple):
    """A town with its state as it is written, and the start of its postal codes."""

    name: str
    state: str
    zip_start: str


class Country(NamedTuple):
    """What people of one country are called, where they live, which numbers are nobody's."""

    code: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    syllables: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]  # the long tail of family names
    streets: tuple[str, ...]
    street_form: str  # `{n} {s}`: number and street
    towns: tuple[Town, ...]
    zip_digits: int  # behind the town's start
    zip_form: str  # `{start}{digits}`
    trades: tuple[str, ...]
    numbers: tuple[str, ...]  # phones, `#` is a digit; kept for fiction where a country has such


def _towns(text: str) -> tuple[Town, ...]:
    return tuple(Town(*(part.strip() for part in line.split(";"))) for line in text.strip().split("\n"))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _parts(first: str, middle: str, last: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return tuple(first.split()), tuple(middle.split()), tuple(last.split())


_ENGLISH_TAIL = _parts(
    "Ash Black Brack Brad Bram Brent Brock Buck Car Chad Clay Cold Cran Dar Den Dun Ead El Fair Far Fen "
    "Fern Gar Glen Gran Hal Ham Har Hart Haw Hay Hol Horn Hurst Ken Kil Kirk Lang Lin Lock Mar Mel Mill "
    "Nor Oak Old Pem Pen Rad Red Rock Rush Sand Shel Shir Stan Ston Strat Sut Tar Thorn Wake Wal Wat West "
    "Whit Wil Win Wood Wor Wyn York",
    "a al an ar ber bor by chel cen den der e el en er es field ford ga ham hin ing is ker la le ley li "
    "lin low man mer min mor na ner ning o or pen per ri ro sal sen shaw sing sten ter ting tle ton ver "
    "wa well wen win",
    "bank borne bridge brook burn bury by combe cote croft dale den don ell er ey field ford gate ham "
    "hill holm hurst ington land ley low man mere more ness over ridge rick row sall shaw side son stead "
    "stock stone thorpe ton tree vale ville wall ward well wick wood worth",
)
_ENGLISH_FAMILY = _lines(
    "Smith, Johnson, Williams, Brown, Jones, Miller, Davis, Wilson, Anderson, Taylor, Thomas, Moore, "
    "Martin, Jackson, Thompson, White, Garcia, Harris, Clark, Lewis, Robinson, Walker, Young, Hall, "
    "Allen, King, Wright, Scott, Green, Baker, Adams, Nelson, Hill, Campbell, Mitchell, Roberts, Carter, "
    "Phillips, Evans, Turner, Parker, Collins, Edwards, Stewart, Morris, Rogers, Reed, Cook, Morgan, "
    "Bell, Murphy, Bailey, Cooper, Richardson, Cox, Howard, Ward, Peterson, Gray, James, Watson, Brooks, "
    "Kelly, Sanders, Price, Bennett, Wood, Barnes, Ross, Henderson, Coleman, Jenkins, Perry, Powell, "
    "Long, Patterson, Hughes, Washington, Butler, Simmons, Foster, Bryant, Alexander, Russell, Griffin, "
    "Hayes, Myers, Ford, Hamilton, Graham, Sullivan, Wallace, Woods, Cole, West, Jordan, Owens, Reynolds, "
    "Fisher, Ellis, Harrison, Gibson, McDonald, Cruz, Marshall, Gomez, Murray, Freeman, Wells, Webb, "
    "Simpson, Stevens, Tucker, Porter, Hunter, Hicks, Crawford, Henry, Boyd, Mason, Kennedy, Warren, "
    "Dixon, Ramos, Burns, Gordon, Shaw, Holmes, Rice, Robertson, Hunt, Black, Daniels, Palmer, Mills, "
    "Nichols, Grant, Knight, Ferguson, Rose, Stone, Hawkins, Dunn, Perkins, Hudson, Spencer, Gardner, "
    "Stephens, Payne, Pierce, Berry, Matthews, Arnold, Wagner, Willis, Ray, Watkins, Olson, Carroll, "
    "Duncan, Snyder, Hart, Cunningham, Bradley, Lane, Andrews, Ruiz, Harper, Fox, Riley, Armstrong, "
    "Carpenter, Weaver, Greene, Lawrence, Elliott, Chavez, Sims, Austin, Peters, Kelley, Franklin, "
    "Lawson, O'Brien, O'Neill, D'Angelo, St. John, Núñez, Peña, Van Dyke"
)
_ENGLISH_GIVEN = _lines(
    "James, Mary, John, Patricia, Robert, Jennifer, Michael, Linda, David, Elizabeth, William, Barbara, "
    "Richard, Susan, Joseph, Jessica, Thomas, Sarah, Christopher, Karen, Charles, Lisa, Daniel, Nancy, "
    "Matthew, Betty, Anthony, Sandra, Mark, Margaret, Donald, Ashley, Steven, Kimberly, Andrew, Emily, "
    "Paul, Donna, Joshua, Michelle, Kenneth, Carol, Kevin, Amanda, Brian, Melissa, George, Deborah, "
    "Timothy, Stephanie, Ronald, Rebecca, Jason, Laura, Edward, Helen, Jeffrey, Sharon, Ryan, Cynthia, "
    "Jacob, Kathleen, Gary, Amy, Nicholas, Angela, Eric, Shirley, Jonathan, Brenda, Stephen, Emma, Larry, "
    "Anna, Justin, Pamela, Scott, Nicole, Brandon, Samantha, Benjamin, Katherine, Samuel, Christine, "
    "Gregory, Debra, Alexander, Rachel, Patrick, Carolyn, Frank, Janet, Raymond, Maria, Jack, Olivia, "
    "Dennis, Heather, Jerry, Amelia, Tyler, Diane, Aaron, Julie, Jose, Joyce, Adam, Victoria, Nathan, "
    "Ruth, Henry, Virginia, Zachary, Lauren, Douglas, Kelly, Peter, Christina, Kyle, Joan, Noah, Evelyn, "
    "Ethan, Judith, Jeremy, Andrea, Christian, Hannah, Walter, Megan, Keith, Cheryl, Austin, Jacqueline, "
    "Roger, Martha, Terry, Madison, Sean, Teresa, Gerald, Gloria, Carl, Sara, Dylan, Janice, Harold, Ann, "
    "Jordan, Kathryn, Jesse, Abigail, Bryan, Sophia, Lawrence, Frances, Arthur, Jean, Gabriel, Alice, "
    "Bruce, Judy, Logan, Isabella, Billy, Julia, Joe, Grace, Alan, Amber, Juan, Denise, Elijah, Danielle, "
    "Willie, Marilyn, Albert, Beverly, Wayne, Charlotte, Randy, Natalie, Mason, Theresa, Vincent, Diana, "
    "Liam, Brittany, Roy, Doris, Bobby, Kayla, Caleb, Alexis, Mary Ann, Jean-Luc, Zoë, Renée, José, "
    "Chloë, André"
)
_AREAS = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 "
    "248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 "
    "315 316 317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 "
    "407 408 409 410 412 413 414 415 417 419 423 425 432 434 435 440 443 469 478 479 480 484 501 502 503 "
    "504 505 507 508 509 510 512 513 515 516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573 "
    "574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 "
    "636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 "
    "720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 805 "
    "806 808 810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 "
    "863 864 865 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 "
    "940 941 947 949 951 952 954 956 970 971 972 973 978 979 980 985 989"
)

_US: Final = Country(
    "US",
    _ENGLISH_GIVEN,
    _ENGLISH_FAMILY,
    _ENGLISH_TAIL,
    _lines(
        "Main St, Oak Ave, Maple Dr, Park Ave, Pine St, Cedar Ln, Elm St, Washington St, Lake Rd, Hill St, "
        "Walnut St, Spring St, North St, Ridge Rd, Church St, Willow Way, Sunset Blvd, Railroad Ave, "
        "Jefferson St, River Rd, Highland Ave, Mill Rd, Franklin St, Meadow Ln, Forest Dr, Electric Ave"
    ),
    "{n} {s}",
    _towns(
        """New York; NY; 100
        Brooklyn; NY; 112
        Los Angeles; CA; 900
        Chicago; IL; 606
        Houston; TX; 770
        Phoenix; AZ; 850
        Philadelphia; PA; 191
        San Antonio; TX; 782
        San Diego; CA; 921
        Dallas; TX; 752
        Austin; TX; 787
        Columbus; OH; 432
        Charlotte; NC; 282
        San Francisco; CA; 941
        Seattle; WA; 981
        Denver; CO; 802
        Boston; MA; 021
        Nashville; TN; 372
        Portland; OR; 972
        Las Vegas; NV; 891
        Baltimore; Maryland; 212
        Milwaukee; Wisconsin; 532
        Springfield; Illinois; 627"""
    ),
    2,
    "{start}{digits}",
    _lines(
        "Catering, Bakery, Events, Coffee, Design, Partners, Logistics, Studio, Plumbing, Florist, & Sons, Dental"
    ),
    tuple(f"+1{area}555####" for area in _AREAS.split()),
)
_GB: Final = Country(
    "GB",
    _ENGLISH_GIVEN,
    _ENGLISH_FAMILY,
    _ENGLISH_TAIL,
    _lines(
        "High Street, Station Road, Church Lane, Victoria Road, Green Lane, Manor Road, Kings Road, Queens "
        "Road, Park Road, The Avenue, Mill Lane, Windsor Close, York Road, Albert Street"
    ),
    "{n} {s}",
    _towns(
        """London; Greater London; SW1A
        London; Greater London; E2
        Leeds; West Yorkshire; LS1
        Bristol; ; BS8
        Edinburgh; Scotland; EH3
        Manchester; Greater Manchester; M4
        Cardiff; Wales; CF10"""
    ),
    1,
    "{start} {digits}QA",
    _lines("Catering, Bakery, Events, Tea Rooms, Design, & Daughters, Logistics, Studio, Brewery, Florist"),
    tuple(
        f"+44{area}####"[:-1] for area in ("2079460", "1134960", "1174960", "1314960", "1614960", "2920180")
    ),
)
_DE: Final = Country(
    "DE",
    _lines(
        "Maria, Peter, Ursula, Michael, Monika, Thomas, Petra, Andreas, Elisabeth, Wolfgang, Sabine, Klaus, "
        "Renate, Jürgen, Helga, Günter, Karin, Stefan, Brigitte, Christian, Ingrid, Uwe, Erika, Werner, "
        "Andrea, Horst, Gisela, Frank, Claudia, Dieter, Susanne, Manfred, Gabriele, Gerhard, Christa, Hans, "
        "Christine, Bernd, Hildegard, Torsten, Anna, Mathias, Birgit, Helmut, Barbara, Walter, Ute, Heinz, "
        "Stefanie, Martin, Jörg, Käthe, Björn, Hans-Jürgen, Anne-Marie, Zoë, Amélie, Jonas, Mia, Emma, Ben, "
        "Lea, Leon, Lena, Finn, Marie, Elias, Amelie"
    ),
    _lines(
        "Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch, "
        "Bauer, Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann, "
        "Hartmann, Lange, Schmitt, Werner, Schmitz, Krause, Meier, Lehmann, Schmid, Schulze, Maier, Köhler, "
        "Herrmann, König, Walter, Mayer, Huber, Kaiser, Fuchs, Peters, Lang, Scholz, Möller, Weiß, Jung, "
        "Hahn, Schubert, Vogel, Friedrich, Keller, Günther, Frank, Berger, Winkler, Roth, Beck, Lorenz, "
        "Baumann, Franke, Albrecht, Schuster, Simon, Ludwig, Böhm, Winter, Kraus, Martin, Schumacher, Krämer, "
        "Vogt, Stein, Jäger, Otto, Groß, Seidel, von Berg"
    ),
    _parts(
        "Ach Alt Berg Birk Blum Brand Busch Dorn Ehr Eich Eis Engel Erl Feld Fichten Gold Grün Hag Hirsch "
        "Hoch Holz Kalt Kirch Kron Linden Löwen Mond Neu Ober Rosen Roß Sand Schön Silber Sonnen Stern Stein "
        "Tann Unter Wald Wein",
        "a acker au bach baum be ben berg brück dorf e eck el en er feld furt graben hain haus heim hof horst "
        "kamp lein mann mühl rode sal see stein tal thal wald weg wein",
        "auer bach bacher bauer baum berg berger dorf dörfer eck ecker er feld felder graf hammer haus hauser "
        "heim heimer hof hofer huber kamp ler ling lich mann meier meister müller ner rat reiter scheid "
        "schmidt stein steiner",
    ),
    _lines(
        "Hauptstraße, Schulstraße, Gartenstraße, Bahnhofstraße, Dorfstraße, Bergstraße, Birkenweg, "
        "Lindenstraße, Kirchstraße, Waldstraße, Ringstraße, Am Anger, Rosenweg, Goethestraße, Theodor-Heuss- "
        "Straße, Mühlweg"
    ),
    "{s} {n}",
    _towns(
        """Berlin; Berlin; 10
        Hamburg; Hamburg; 20
        München; Bayern; 80
        Köln; NRW; 50
        Frankfurt am Main; Hessen; 60
        Stuttgart; ; 70
        Düsseldorf; NRW; 40
        Leipzig; Sachsen; 04
        Nürnberg; Bayern; 90"""
    ),
    3,
    "{start}{digits}",
    _lines("Bäckerei, GmbH, & Söhne, Gastronomie, Feinkost, Floristik, Handwerk, KG, Kaffeerösterei, Blumen"),
    ("+493023125###", "+494066969###", "+496990009###", "+498999998###", "+492214710###", "+4917139200##"),
)
_BR: Final = Country(
    "BR",
    _lines(
        "Maria, José, Ana, João, Antônio, Francisco, Carlos, Paulo, Pedro, Lucas, Luiz, Marcos, Luís, "
        "Gabriel, Rafael, Francisca, Daniel, Marcelo, Bruno, Eduardo, Felipe, Antônia, Adriana, Juliana, "
        "Márcia, Fernanda, Patrícia, Aline, Sandra, Camila, Amanda, Bruna, Jéssica, Letícia, Júlia, Luciana, "
        "Vanessa, Mariana, Gabriela, Valéria, Adriano, Rodrigo, Thiago, Caíque, Sebastião, Conceição, Inês, "
        "Flávia, Amélia, Ângela, Cauã, Tainá"
    ),
    _lines(
        "da Silva, dos Santos, Oliveira, de Souza, Rodrigues, Ferreira, Alves, Pereira, Lima, Gomes, Costa, "
        "Ribeiro, Martins, Carvalho, Almeida, Lopes, Soares, Fernandes, Vieira, Barbosa, Rocha, Dias, "
        "Nascimento, Andrade, Moreira, Nunes, Marques, Machado, Mendes, Freitas, Cardoso, Ramos, Gonçalves, "
        "Santana, Teixeira, Araújo, Conceição, Assunção, Magalhães, Guimarães, Sá, Antunes, Brandão, Falcão, "
        "Leitão, Simões, Viçosa"
    ),
    _parts(
        "Al Ara Bar Bel Bra Cal Cam Car Cas Cor Cou Fal Far Fon Gal Gar Gui Lei Lou Mal Mar Mel Mon Mou Nor "
        "Oli Pal Par Pei Pin Por Quei Ra Ri Ro Sal San Sei Ser Tei Tor Val Var Ver Vi",
        "a an ar be bi ca ce co cha de di do dei fe ga go lan lei lo man me mo na ne ni no quei ra re ri ro "
        "sa ta te to va ve vi xei zen",
        "ado al ão ara ata az ães é eda eira eiro ela es eza ia iça inho inha ino io ira iz ola os osa ova ura",
    ),
    _lines(
        "Rua das Flores, Avenida Paulista, Rua Augusta, Rua da Consolação, Avenida São João, Rua Harmonia, "
        "Rua XV de Novembro, Travessa do Comércio, Avenida Brasil, Rua Girassol, Alameda Santos, Praça da Sé"
    ),
    "{s}, {n}",
    _towns(
        """São Paulo; SP; 01
        Rio de Janeiro; RJ; 20
        Belo Horizonte; MG; 30
        Brasília; DF; 70
        Salvador; BA; 40
        Curitiba; PR; 80
        São José dos Campos; SP; 12"""
    ),
    3,
    "{start}{digits}-000",
    _lines("Padaria, Ltda, & Filhos, Café, Restaurante, Flores, Doces, Eventos, Comércio, S.A."),
    ("+55115555####", "+55215555####", "+55315555####", "+551195555####", "+552195555####", "+553195555####"),
)
_FR: Final = Country(
    "FR",
    _lines(
        "Marie, Jean, Pierre, Michel, André, Nathalie, Philippe, Isabelle, Alain, Sylvie, Nicolas, Catherine, "
        "Christophe, Françoise, Éric, Hélène, François, Céline, Stéphane, Aurélie, Jérôme, Chloé, Loïc, Zoé, "
        "Anaïs, Noël, Amélie, Benoît, Agnès, Gaëlle, Jean-Baptiste, Marie-Thérèse, Léa, Hugo, Camille, Lucas"
    ),
    _lines(
        "Martin, Bernard, Thomas, Petit, Robert, Richard, Durand, Dubois, Moreau, Laurent, Simon, Michel, "
        "Lefebvre, Leroy, Roux, David, Bertrand, Morel, Fournier, Girard, Bonnet, Dupont, Lambert, Fontaine, "
        "Rousseau, Vincent, Müller, Lefèvre, Faure, André, Mercier, Blanc, Guérin, Boyer, Garnier, Chevalier, "
        "François, Legrand, Gauthier, Perrin, Béranger, L'Hôpital, d'Arc, Le Goff"
    ),
    _parts(
        "Ar Bau Beau Bel Ber Bois Bon Bou Bru Cha Char Clé Cor Dau Del Du Fau Fon Gau Gran Gui La Lam Lau Le "
        "Lou Mar Mon Mou Nor Pas Per Poi Ri Ro Rou Sau Tou Val Ver Vi",
        "a an ba bau be ber bi bou ca chan de do du fa fer ga gre la lan le li lo man mi mo nan ne pi ra re "
        "ri ro san se ta te ti va ve vi",
        "ac aire al ard at aud ault eau el ence er et eux ey ier ière in ois on ot our oux ult y",
    ),
    _lines(
        "Rue de la Paix, Rue Victor-Hugo, Avenue Foch, Place de l'Église, Rue du Moulin, Boulevard Voltaire"
    ),
    "{n} {s}",
    _towns("""Paris; Île-de-France; 75
        Lyon; ; 69
        Marseille; ; 13
        Bordeaux; ; 33
        Strasbourg; ; 67"""),
    3,
    "{start}{digits}",
    _lines("Boulangerie, SARL, & Fils, Traiteur, Fleurs, Café, Fromagerie"),
    ("+331990000##", "+332619100##", "+333530100##", "+334657100##", "+335364900##"),
)

COUNTRIES: Final = {country.code: country for country in (_US, _GB, _DE, _BR, _FR)}

# Where mail goes; `.test` belongs to nobody for ever (RFC 2606), and is as short as the endings of real ones.
DOMAINS: Final = (
    ("gmail.test", 46),
    ("yahoo.test", 13),
    ("outlook.test", 11),
    ("icloud.test", 8),
    ("mail.test", 6),
    ("aol.test", 3),
    ("example.com", 3),
    ("example.org", 2),
    ("", 8),  # one of their own
)
