"""What the window shows of rankings: the order of cards, the rank on each reply, the mean labels. Pure."""

from collections.abc import Mapping, Sequence

from oa_desktop.conversation.consensus import consensus_ranks
from oa_desktop.conversation.feedback import LOCAL_ANNOTATOR, Ranking, TreeFeedback
from oa_desktop.conversation.message import MessageId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.chat.rank_order import RankOrder


def own_ranking(feedback: TreeFeedback, parent_id: MessageId) -> Ranking | None:
    """The newest ranking this machine's person gave to the replies of a prompt."""
    own = [r for r in feedback.rankings_of(parent_id) if r.annotator == LOCAL_ANNOTATOR]
    return own[-1] if own else None


def card_order(feedback: TreeFeedback, parent_id: MessageId, replies: Sequence[MessageId]) -> RankOrder:
    """The order to show replies in: as the person ranked them, else oldest first; new replies stand last."""
    ranking = own_ranking(feedback, parent_id)
    order = RankOrder.from_groups(ranking.groups) if ranking else RankOrder(())
    return order.restricted(replies)


def shown_ranks(feedback: TreeFeedback, parent_id: MessageId) -> Mapping[MessageId, int]:
    """The place of each ranked reply, 1 = best: the person's own word, else what others agree on."""
    ranking = own_ranking(feedback, parent_id)
    if ranking is None:
        return {reply: rank + 1 for reply, rank in consensus_ranks(feedback.rankings_of(parent_id)).items()}
    return {} if ranking.not_rankable else RankOrder.from_groups(ranking.groups).ranks


def ranks_of_tree(tree: MessageTree, feedback: TreeFeedback) -> dict[MessageId, int]:
    """The place of every ranked reply of a tree, 1 = best."""
    ranks: dict[MessageId, int] = {}
    for parent_id in feedback.ranked_parents():
        if parent_id in tree:
            ranks |= shown_ranks(feedback, parent_id)
    return ranks
