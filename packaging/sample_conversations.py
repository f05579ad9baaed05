"""Conversations as a person might have them, for the pictures: our own words, in several languages."""

import random

from sample_builder import Sample

from oa_desktop.conversation.message import MessageState, Role


def barn() -> Sample:
    sample = Sample("barn", "Etymology of “barn”", pinned=True)
    start = sample.prompt("I collect the histories of words for farm buildings. Can you help?")
    yes = sample.reply("Gladly. Name a word and I will trace it back as far as I know.", start)
    sample.prompt("Where does “barn” come from?", yes)
    question = sample.prompt("What is the etymology of the word “barn”?", yes)
    sample.prompt("Explain the word “barn” to a child.", yes)
    first = sample.reply(
        "“Barn” comes from Old English **bereærn**, literally ‘barley house’: *bere* (barley) + *ærn* (house).",
        question,
    )
    second = sample.reply(
        "The word goes back to Old English *bern*, a shortened form of *bereærn*. It first named a store for "
        "barley and later any farm building.",
        question,
    )
    third = sample.reply(
        "It is a compound of the words for barley and place. Cognates of the first part survive in *bear*, a "
        "kind of barley.",
        question,
        speed=30.0,
    )
    fourth = sample.reply("Barn is from the Latin for a shed, I think", question, state=MessageState.STOPPED)
    sample.rank(question, [first], [second], [third], [fourth])
    for reply, helpful, quality in ((first, 1, 1), (second, 0.75, 1), (third, 0.5, 0.75), (fourth, 0, 0.25)):
        sample.label(reply, helpful, quality, spam=0.0)
    sample.show(first)
    return sample


def sorting() -> Sample:
    sample = Sample("sorting", "Sorting a list by two keys")
    prompt = sample.prompt(
        "How do I sort people by age and then by name in Python?\nPlease show the cost too."
    )
    reply = sample.reply(
        "Give `sorted` a key that returns both values. Tuples compare from left to right:\n\n"
        "```python\nfrom dataclasses import dataclass\n\n\n@dataclass\nclass Person:\n    name: str\n"
        '    age: int\n\n\npeople = [Person("Ida", 41), Person("Bo", 41), Person("Ann", 29)]\n'
        "by_age = sorted(people, key=lambda person: (person.age, person.name))\n```\n\n"
        "What it costs for *n* people:\n\n| step | time | memory |\n|---|---:|---:|\n"
        "| building the keys | O(n) | O(n) |\n| sorting | O(n log n) | O(n) |\n| already sorted | O(n) | O(n) |\n\n"
        "Worth knowing:\n\n1. The sort is **stable**: equal keys keep their order.\n"
        "2. `reverse=True` turns *both* keys around.\n"
        "3. For mixed directions, sort twice:\n   - first by the less important key,\n   - then by the other.\n\n"
        "> Sorting twice works only because the sort is stable.\n",
        prompt,
        speed=28.0,
    )
    sample.label(reply, 1.0, 0.75)
    return sample


def spring() -> Sample:
    sample = Sample("spring", "关于春天的诗", lang="zh")
    prompt = sample.prompt("请写一首关于春天的短诗，要提到李白。")
    first = sample.reply(
        "春风又绿江南岸，\n我向长安问李白。\n他笑指一枝新柳：\n“诗在枝头，不在碑台。”", prompt
    )
    sample.reply("桃花开了三两枝，\n溪水慢慢流过石头。\n若李白路过此处，\n也会放下酒杯，听一会儿雨。", prompt)
    sample.reply(
        "燕子回来的时候，山还没有醒。\n李白的月亮落在井里，\n我打水，打起一桶春天。", prompt, speed=29.0
    )
    sample.show(first)
    return sample


def seaside() -> Sample:
    """Longer than the context: the last answer was written without the beginning, and was cut short."""
    sample = Sample("seaside", "Five days by the sea")
    last = sample.reply(
        "Five days are enough for the coast between the two lighthouses. Do you walk or cycle?",
        sample.prompt("Plan five days by the sea for two people who like to walk and to read."),
    )
    for asked, answered in (
        ("We walk.", "Then sleep in three places and carry little. Which month is it?"),
        ("May, so that the birds are back.", "In May the cliffs are full of puffins and the inns are not."),
        (
            "What do we read?",
            "One long novel for both, torn in two at its middle, and exchanged on day three.",
        ),
    ):
        last = sample.reply(answered, sample.prompt(asked, last))
    question = sample.prompt("Write the plan day by day.", last)
    sample.reply(
        "**Day 1.** Arrive by noon. Walk west along the shingle to the old harbour (7 km), where the inn "
        "keeps a fire until June.\n\n**Day 2.** Over the cliffs to the first lighthouse (14 km). The puffins "
        "are below you from the second stile on. Read in the",
        question,
        finish_reason="length",
        dropped_messages=4,
    )
    return sample


def coffee() -> Sample:
    sample = Sample("coffee", "تحضير القهوة العربية", lang="ar")
    prompt = sample.prompt("كيف أحضّر القهوة العربية لأربعة أشخاص؟")
    sample.reply(
        "تحتاج إلى **4 أكواب** من الماء و3 ملاعق من البن المطحون خشنًا.\n\n"
        "1. اغلِ الماء ثم أضف البن واتركه على نار هادئة 10 دقائق.\n"
        "2. أضف ملعقة من الهيل المطحون.\n3. صفِّ القهوة في الدلّة وقدّمها مع التمر.\n\n"
        "يمكنك أن تقرأ المزيد عن `cardamom` في أي كتاب طبخ.",
        prompt,
    )
    return sample


def garden() -> Sample:
    sample = Sample("garden", "A garden for a very small balcony")
    prompt = sample.prompt(
        "I have a balcony of two square metres that faces north-west, in a town by the sea where the wind is "
        "strong from October to March.\n\nPlan a garden that\n- needs watering at most every second day,\n"
        "- gives me something to eat in every month,\n- and survives if I am away for a week in July.\n\n"
        "Please be concrete: names of plants, sizes of pots, and what to do when."
    )
    parts = [
        "## The idea\n\nSalt and wind decide more than the sun here. Low, leathery and hairy leaves lose less water; "
        "tall pots fall over. So everything stays below the railing, and the heaviest pots stand at the corners.",
        "## Plants\n\n| plant | pot | eaten | remarks |\n|---|---|---|---|\n"
        "| sea beet | 12 l, 25 cm deep | all year | a wild parent of chard, made for salt |\n"
        "| chives | 5 l | March to November | cut it down in June |\n"
        "| winter purslane | 8 l, flat | November to April | sow in September |\n"
        "| alpine strawberries | 3 × 3 l | June to October | bear in half shade |\n"
        "| thyme | 5 l | all year | the only one that wants it dry |",
        "## Through the year\n\n"
        + "\n".join(
            f"- **{month}**: {work}."
            for month, work in (
                ("January", "cut purslane; look for loose ties after storms"),
                ("March", "divide the chives; fresh compost on top, two fingers deep"),
                ("May", "strawberries get straw, so that the fruit stays clean"),
                ("July", "before you go away: water well, move every pot to the wall, mulch"),
                ("September", "sow purslane between the strawberries"),
                ("November", "tie the beet together; the wind does not break a bundle"),
            )
        ),
        "## The week in July\n\nFill a bucket, stand it higher than the pots, and lead a strip of cotton from the "
        "water into each pot, two fingers deep. Ten litres are enough for seven days in half shade. Try it for two "
        "days while you are at home: too wet means the strip is too wide.",
    ]
    sample.reply("\n\n".join(parts), prompt, speed=26.0)
    follow_up = sample.prompt("Which of these can I buy as young plants in May?", sample.messages[-1])
    sample.reply(
        "Chives, thyme and alpine strawberries are in every nursery in May. Sea beet is rarer: ask for *perpetual "
        "spinach*, which is close to it. Purslane is sown in place.",
        follow_up,
    )
    return sample


def library(count: int = 1200, seed: int = 7) -> Sample:
    """A tree of many messages, as a group of collectors makes it."""
    pick = random.Random(seed)
    sample = Sample("library", "A library for the harbour town")
    open_ends = [sample.prompt("Design a public library for a harbour town of nine thousand people.")]
    words = (
        "light",
        "quiet rooms",
        "a reading garden",
        "the ferry timetable",
        "shelves",
        "children",
        "storms",
    )
    while len(sample.messages) < count:
        parent = open_ends[pick.randrange(max(0, len(open_ends) - 14), len(open_ends))]
        if parent.role is Role.PROMPTER:
            made = [
                sample.reply(f"A thought about {pick.choice(words)}, number {i + 1}.", parent)
                for i in range(pick.choice((1, 2, 3, 4)))
            ]
            if len(made) > 1 and pick.random() < 0.4:
                sample.rank(parent, *([message] for message in pick.sample(made, len(made))))
        else:
            made = [
                sample.prompt(f"And {pick.choice(words)}?", parent) for _ in range(pick.choice((1, 1, 2)))
            ]
        open_ends += made
    sample.show(sample.messages[count // 2])
    return sample


def small_ones() -> list[Sample]:
    """Conversations that only fill the list."""
    samples = []
    for name, title, lang, question, answers in (
        ("tube", "YouTube channel plan", "en", "Plan a channel about repairing clocks.", 2),
        ("chickens", "鸡兔同笼", "zh", "鸡兔同笼，头共10个，脚共28只，各有多少？", 4),
        ("tortilla", "Receta de tortilla", "es", "¿Cómo preparo una tortilla de patatas?", 1),
        ("rust", "Rust lifetimes", "en", "Explain lifetimes with one example.", 8),
        (
            "long",
            "A title that somebody made far too long for any list because it is really a whole question about "
            "the weather",
            "en",
            "Why?",
            2,
        ),
        (
            "vector",
            "std::vector<int> and <img src='x'> in titles",
            "en",
            "What does `std::vector<int>` do?",
            1,
        ),
        ("haiku", "俳句", "ja", "秋の俳句を一つください。", 3),
        ("barns", "Sowing barley in spring", "en", "When is barley sown?", 2),
    ):
        sample = Sample(name, title, lang)
        prompt = sample.prompt(question)
        replies = [sample.reply(f"Answer {number + 1} to: {question}", prompt) for number in range(answers)]
        if name in ("tube", "chickens"):
            sample.rank(prompt, *([reply] for reply in replies))
        samples.append(sample)
    return samples
